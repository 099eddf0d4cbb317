package io.drover.worker.carry;

import io.drover.worker.device.TwinOutcome;
import io.drover.worker.owned.Difference;
import io.drover.worker.owned.Difference.Kind;
import io.drover.worker.owned.OwnedComparison;
import java.util.ArrayList;
import java.util.List;

/**
 * How the comparison of one device ended.
 *
 * @param outcome null when it came to no end and is to be tried again
 */
record Settlement(TwinOutcome outcome, List<Difference> differences) {
    private static final int MOST_PATHS = 20;
    private static final int LONGEST_TEXT = 160;

    Settlement {
        differences = List.copyOf(differences);
    }

    static Settlement undecided(String path, String why) {
        return new Settlement(null, List.of(new Difference(Kind.UNREACHED, path, why)));
    }

    static Settlement refused(String path, String why) {
        return new Settlement(TwinOutcome.REFUSED, List.of(new Difference(Kind.REFUSED, path, why)));
    }

    /** After all that could be written was. */
    static Settlement of(OwnedComparison compared, List<Difference> refused) {
        List<Difference> all = new ArrayList<>(refused);
        all.addAll(compared.differences());
        compared.missing().values().keySet().stream()
                .filter(path -> !path.endsWith(".__t"))
                .filter(path -> refused.stream().noneMatch(one -> one.path().equals(path)))
                .forEach(path -> all.add(new Difference(Kind.UNREACHED, path, "written, and not seen since")));
        if (all.isEmpty()) {
            return new Settlement(TwinOutcome.EQUAL, List.of());
        }
        boolean unseen = all.stream().anyMatch(one -> one.kind() == Kind.UNREACHED);
        return new Settlement(unseen ? null : refused.isEmpty() ? TwinOutcome.DIFFERENT : TwinOutcome.REFUSED, all);
    }

    /** The same without another try. */
    Settlement atLast() {
        return outcome == null ? new Settlement(TwinOutcome.REFUSED, differences) : this;
    }

    /** For the ledger: bounded however many there are. */
    List<String> texts() {
        List<String> texts = new ArrayList<>();
        differences.stream().limit(MOST_PATHS).forEach(one -> texts.add(shortened(one.text())));
        if (differences.size() > MOST_PATHS) {
            texts.add("and " + (differences.size() - MOST_PATHS) + " more");
        }
        return texts;
    }

    private static String shortened(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() <= LONGEST_TEXT ? line : line.substring(0, LONGEST_TEXT) + "…";
    }
}
