package io.drover.worker.cli;

import io.drover.worker.device.DeviceState;
import io.drover.worker.device.FailureReason;
import io.drover.worker.progress.Progress;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Shows progress: a picture redrawn on a terminal, a plain line every ten seconds elsewhere, or JSON lines. */
final class ProgressView {
    private static final int BAR = 30;
    private static final int TOP_REASONS = 3;
    private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(10);

    private final PrintWriter out;
    private final Output output;
    private final boolean terminal;
    private Instant lastPlain = Instant.MIN;
    private int drawn;

    ProgressView(PrintWriter out, Output output, boolean terminal) {
        this.out = out;
        this.output = output;
        this.terminal = terminal;
    }

    void show(Progress progress) {
        if (output == Output.json) {
            out.println(progress.json().encode());
        } else if (terminal) {
            redraw(lines(progress));
        } else if (progress.complete()
                || lastPlain.equals(Instant.MIN)
                || Duration.between(lastPlain, progress.at()).compareTo(PLAIN_INTERVAL) >= 0) {
            lastPlain = progress.at();
            out.println(headline(progress) + " | " + states(progress));
        }
        out.flush();
    }

    private void redraw(List<String> lines) {
        if (drawn > 0) {
            out.print("\033[" + drawn + "A");
        }
        lines.forEach(line -> out.print("\033[2K" + line + "\n"));
        out.print("\033[J");
        drawn = lines.size();
    }

    private static List<String> lines(Progress progress) {
        int full = progress.total() == 0 ? 0 : (int) (progress.finished() * BAR / progress.total());
        List<String> lines = new java.util.ArrayList<>();
        lines.add("[" + "#".repeat(full) + "-".repeat(BAR - full) + "] " + headline(progress));
        lines.add("  " + states(progress));
        progress.reasons().entrySet().stream()
                .sorted(Map.Entry.<FailureReason, Long>comparingByValue().reversed())
                .limit(TOP_REASONS)
                .map(entry -> "  " + entry.getValue() + " " + entry.getKey().text() + ". "
                        + entry.getKey().nextAction())
                .forEach(lines::add);
        return lines;
    }

    private static String headline(Progress progress) {
        String eta = progress.eta() == null
                ? ""
                : ", " + time(progress.eta().low()) + " to "
                        + time(progress.eta().high()) + " left";
        return String.format(
                Locale.ROOT,
                "%s: %d of %d done, %.1f/s%s",
                progress.migration(),
                progress.finished(),
                progress.total(),
                progress.ratePerSecond(),
                situation(progress, eta));
    }

    private static String situation(Progress progress, String eta) {
        return switch (progress.state()) {
            case RUNNING -> eta;
            case PAUSED -> ", PAUSED: " + progress.stateReason();
            case ABORTING -> ", aborting: " + progress.inFlight() + " on their way";
            case AWAITING_APPROVAL -> ", waits for approval (next: approve)";
            case SCHEDULED -> ", waits for its start";
            case ABORTED -> ", aborted";
            case FINISHED -> ", finished";
        };
    }

    private static String states(Progress progress) {
        String twice = progress.aliveOnBothSides() == 0 ? "" : ", alive on both sides " + progress.aliveOnBothSides();
        return progress.counts().entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .sorted(Comparator.comparing(Map.Entry<DeviceState, Long>::getKey))
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", ", "", twice));
    }

    private static String time(long seconds) {
        Duration duration = Duration.ofSeconds(seconds);
        return seconds >= 3600
                ? duration.toHours() + " h " + duration.toMinutesPart() + " min"
                : seconds >= 60 ? duration.toMinutes() + " min " + duration.toSecondsPart() + " s" : seconds + " s";
    }
}
