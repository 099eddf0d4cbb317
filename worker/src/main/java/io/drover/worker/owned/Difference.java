package io.drover.worker.owned;

/**
 * Something of a device that is not at the target as it was at the source; never the value.
 *
 * @param path at the target, or at the source where the target has no place for it
 */
public record Difference(Kind kind, String path, String why) {
    /** What is wrong. */
    public enum Kind {
        /** The target declares no such property, or another path has its place. */
        NO_PLACE,
        /** The target has another value, which was not overwritten. */
        OTHER_VALUE,
        /** The target would not take it. */
        REFUSED,
        /** It was not to be read or written within the tries there are. */
        UNREACHED
    }

    /** For history and report. */
    public String text() {
        return path + " " + kind.name() + (why.isEmpty() ? "" : " (" + why + ")");
    }
}
