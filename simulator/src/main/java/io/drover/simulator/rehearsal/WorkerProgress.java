package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One progress line of {@code worker apply --output json}. */
record WorkerProgress(JsonNode line) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static Optional<WorkerProgress> parse(String text) {
        try {
            JsonNode node = JSON.readTree(text);
            return node != null && node.has("counts") ? Optional.of(new WorkerProgress(node)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    long count(String state) {
        return line.path("counts").path(state).asLong();
    }

    long total() {
        return line.path("total").asLong();
    }

    double migratedShare() {
        return total() == 0 ? 0 : (double) count("MIGRATED") / total();
    }

    double finishedShare() {
        long finished = count("MIGRATED") + count("FAILED") + count("EXCLUDED") + count("CANCELLED");
        return total() == 0 ? 0 : (double) finished / total();
    }

    /** For a person: bar, share, states on the way, rate, time left, most frequent reason. */
    String render(int barWidth) {
        int filled = (int) Math.round(migratedShare() * barWidth);
        StringBuilder text = new StringBuilder()
                .append('[')
                .append("#".repeat(filled))
                .append(".".repeat(barWidth - filled))
                .append(']')
                .append(String.format(
                        Locale.ROOT, " %d/%d migrated %.0f%%", count("MIGRATED"), total(), migratedShare() * 100));
        long onTheWay = count("COMMANDED") + count("ACCEPTED") + count("ASSIGNED") + count("CONNECTED");
        text.append(" | on the way ").append(onTheWay);
        append(text, " waiting ", count("WAITING"));
        append(text, " failed ", count("FAILED"));
        text.append(String.format(
                Locale.ROOT, " | %.0f/s", line.path("ratePerSecond").asDouble()));
        JsonNode eta = line.path("etaSeconds");
        if (eta.isObject()) {
            text.append(" | ")
                    .append(eta.path("low").asLong())
                    .append('-')
                    .append(eta.path("high").asLong())
                    .append(" s left");
        }
        topReason().ifPresent(reason -> text.append(" | ").append(reason));
        return text.toString();
    }

    private Optional<String> topReason() {
        String top = null;
        long most = 0;
        for (Iterator<Map.Entry<String, JsonNode>> it = line.path("reasons").fields(); it.hasNext(); ) {
            Map.Entry<String, JsonNode> reason = it.next();
            if (reason.getValue().asLong() > most) {
                most = reason.getValue().asLong();
                top = reason.getKey() + " " + most;
            }
        }
        return Optional.ofNullable(top);
    }

    private static void append(StringBuilder text, String label, long count) {
        if (count > 0) {
            text.append(label.stripTrailing()).append(' ').append(count);
        }
    }
}
