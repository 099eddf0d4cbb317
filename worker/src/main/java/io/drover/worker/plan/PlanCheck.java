package io.drover.worker.plan;

/**
 * One thing that was looked at for a plan.
 *
 * @param subject the resource or call it is about
 * @param text what was found and, unless all is well, what to do
 */
public record PlanCheck(Area area, String subject, Outcome outcome, String text) {
    /** What a check is about. */
    public enum Area {
        /** Whether the target has room. */
        CAPACITY,
        /** Whether the target can assign devices at all. */
        LINK,
        /** Whether the client may make a call that apply makes. */
        PERMISSION
    }

    /** What came of it. */
    public enum Outcome {
        OK,
        WARNING,
        /** An apply would fail, or leave devices behind. */
        BLOCKING
    }

    static PlanCheck ok(Area area, String subject, String text) {
        return new PlanCheck(area, subject, Outcome.OK, text);
    }

    static PlanCheck warning(Area area, String subject, String text) {
        return new PlanCheck(area, subject, Outcome.WARNING, text);
    }

    static PlanCheck blocking(Area area, String subject, String text) {
        return new PlanCheck(area, subject, Outcome.BLOCKING, text);
    }
}
