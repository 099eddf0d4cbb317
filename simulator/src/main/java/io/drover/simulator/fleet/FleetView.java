package io.drover.simulator.fleet;

import io.drover.simulator.fleet.device.DevicePhase;
import io.drover.simulator.load.LoadReport;
import io.drover.simulator.load.LoadSchedule;
import io.drover.simulator.load.LoadStep;
import io.vertx.core.json.JsonObject;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** A running fleet for a person: one line redrawn in place on a terminal, a plain line each ten seconds elsewhere. One thread. */
public final class FleetView {
    private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(10);
    private static final String ERASE_LINE = "\r\u001b[2K";
    /** A line that breaks could not be erased: what a narrow terminal has no room for is not shown. */
    private static final String NO_WRAP = "\u001b[?7l";

    private static final String WRAP = "\u001b[?7h";

    private final PrintStream out;
    private final boolean terminal;
    private Instant shownAt = Instant.EPOCH;
    private Instant lookedAt;
    private long connectsBefore;
    private long telemetryBefore;

    /** Shows on {@code out}, which is a terminal or is not. */
    public FleetView(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Shows the present state, where it is time for it. */
    void update(JsonObject status, LoadReport report, Instant now) {
        if (terminal) {
            out.print(ERASE_LINE + NO_WRAP + line(status, report, now) + WRAP);
            out.flush();
        } else if (!now.isBefore(shownAt.plus(PLAIN_INTERVAL))) {
            shownAt = now;
            out.println(line(status, report, now));
            out.flush();
        }
    }

    private String line(JsonObject status, LoadReport report, Instant now) {
        double seconds = lookedAt == null ? 0 : Duration.between(lookedAt, now).toMillis() / 1e3;
        Histogram connects = report.step(LoadStep.CONNECT);
        long telemetry = status.getLong("telemetrySent");
        LoadSchedule schedule = report.schedule();
        String text = String.format(
                Locale.ROOT,
                "%s, started %d/%d due of %d, connected %d, %.1f/s, failures %d, lag p99 %s, telemetry %.1f/s, connect p50 %s p99 %s",
                report.verdict(),
                schedule.started(),
                schedule.due(),
                schedule.operations(),
                connected(status),
                rate(connects.getTotalCount() - connectsBefore, seconds),
                failures(status),
                millis(report.step(LoadStep.LAG), 99),
                rate(telemetry - telemetryBefore, seconds),
                millis(connects, 50),
                millis(connects, 99));
        lookedAt = now;
        connectsBefore = connects.getTotalCount();
        telemetryBefore = telemetry;
        return text;
    }

    /** What it has come to at the end. */
    void summary(JsonObject status, LoadReport report) {
        if (terminal) {
            out.println();
        }
        LoadSchedule schedule = report.schedule();
        out.printf(
                Locale.ROOT,
                "started %d of %d due, %d in all; connected %d; failures %d %s; messages acknowledged %d%n",
                schedule.started(),
                schedule.due(),
                schedule.operations(),
                connected(status),
                failures(status),
                status.getJsonObject("errors").encode(),
                status.getLong("telemetrySent"));
        out.println("step                  count        p50        p95        p99        max");
        report.steps()
                .forEach((step, times) -> out.printf(
                        Locale.ROOT,
                        "%-18s %8d %10s %10s %10s %10s%n",
                        step,
                        times.getTotalCount(),
                        millis(times, 50),
                        millis(times, 95),
                        millis(times, 99),
                        millis(times, 100)));
        out.println("schedule: " + report.judgement());
        out.flush();
    }

    private static double rate(long count, double seconds) {
        return seconds == 0 ? 0 : count / seconds;
    }

    private static long connected(JsonObject status) {
        JsonObject phases = status.getJsonObject("phases");
        return phases.getLong(DevicePhase.SOURCE.text()) + phases.getLong(DevicePhase.TARGET.text());
    }

    private static long failures(JsonObject status) {
        return status.getJsonObject("errors").getMap().values().stream()
                .mapToLong(count -> ((Number) count).longValue())
                .sum();
    }

    private static String millis(Histogram times, double percentile) {
        return times.getTotalCount() == 0
                ? "-"
                : String.format(Locale.ROOT, "%.1f ms", times.getValueAtPercentile(percentile) / 1e6);
    }
}
