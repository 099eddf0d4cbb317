package io.drover.worker.report;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;

/** Arrivals per second, minute or hour over the time of a migration, against the pace that binds it. */
final class ArrivalsChart {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 240;
    private static final int LEFT = 52;
    private static final int RIGHT = 12;
    private static final int TOP = 16;
    private static final int BOTTOM = 30;
    private static final int GRID = 4;

    /** The unit in which the rates are numbers that one can read. */
    private enum Unit {
        SECOND(1, "second"),
        MINUTE(60, "minute"),
        HOUR(3600, "hour");

        private final int seconds;
        private final String word;

        Unit(int seconds, String word) {
            this.seconds = seconds;
            this.word = word;
        }

        static Unit of(double perSecond) {
            return perSecond >= 0.5 ? SECOND : perSecond * 60 >= 0.5 ? MINUTE : HOUR;
        }
    }

    private final MigrationReport report;
    private final double[] rates;
    private final Unit unit;
    private final double top;

    ArrivalsChart(MigrationReport report) {
        this.report = report;
        Duration slice = report.statistics().slice();
        double[] perSecond = Arrays.stream(report.statistics().arrivals())
                .mapToDouble(count -> count * 1000.0 / slice.toMillis())
                .toArray();
        double highest = Arrays.stream(perSecond).max().orElse(0);
        unit = Unit.of(highest);
        rates = Arrays.stream(perSecond).map(rate -> rate * unit.seconds).toArray();
        top = round(Math.max(highest, limit()) * unit.seconds);
    }

    /** The limit when it is near enough to the arrivals to be drawn beside them. */
    private double limit() {
        double highest = Arrays.stream(report.statistics().arrivals()).max().orElse(0)
                * 1000.0
                / report.statistics().slice().toMillis();
        boolean near = report.limit() != null && report.limit().perSecond() <= 5 * highest;
        return near ? report.limit().perSecond() : 0;
    }

    /** The next number whose quarters are readable. */
    private static double round(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(value, 0.01))));
        for (double step : new double[] {1, 2, 4, 6, 8, 10}) {
            if (value <= step * power) {
                return step * power;
            }
        }
        return 10 * power;
    }

    void write(Html page) {
        page.raw("<svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT
                + "\" role=\"img\" aria-labelledby=\"arrivals-title arrivals-desc\">"
                + "<title id=\"arrivals-title\">Arrivals over time</title><desc id=\"arrivals-desc\">");
        page.text(description()).raw("</desc>");
        grid(page);
        bars(page);
        if (limit() > 0) {
            limitLine(page);
        }
        times(page);
        page.raw("</svg><p class=\"note\">").text(description()).raw("</p>");
    }

    private String description() {
        double highest = Arrays.stream(rates).max().orElse(0);
        String text = "Devices that arrived per " + unit.word + ", at most " + Words.number(highest) + " in slices of "
                + Words.duration(report.statistics().slice()) + ".";
        return report.limit() == null
                ? text
                : text + " Pace of " + report.limit().name() + ": "
                        + Words.number(report.limit().perSecond() * unit.seconds) + " per " + unit.word + ".";
    }

    private void grid(Html page) {
        for (int i = 0; i <= GRID; i++) {
            double value = top * i / GRID;
            page.raw(String.format(
                    Locale.ROOT,
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                            + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                    LEFT,
                    WIDTH - RIGHT,
                    y(value),
                    y(value),
                    LEFT - 6,
                    y(value) + 4,
                    Words.number(value)));
        }
    }

    private void bars(Html page) {
        double step = (double) (WIDTH - LEFT - RIGHT) / rates.length;
        for (int i = 0; i < rates.length; i++) {
            if (rates[i] > 0) {
                page.raw(String.format(
                        Locale.ROOT,
                        "<rect class=\"f-migrated\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"/>",
                        LEFT + i * step + 0.5,
                        y(rates[i]),
                        step - 1,
                        HEIGHT - BOTTOM - y(rates[i])));
            }
        }
    }

    private void limitLine(Html page) {
        double y = y(limit() * unit.seconds);
        page.raw(String.format(
                Locale.ROOT,
                "<line class=\"limit\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                        + "<text class=\"limit\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">pace</text>",
                LEFT,
                WIDTH - RIGHT,
                y,
                y,
                WIDTH - RIGHT,
                y - 5));
    }

    private void times(Html page) {
        Duration drawn = report.statistics().slice().multipliedBy(rates.length);
        String pattern = drawn.toDays() >= 2 ? "MMM d, HH:mm" : drawn.toMinutes() < 10 ? "HH:mm:ss" : "HH:mm";
        DateTimeFormatter format =
                DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).withZone(ZoneOffset.UTC);
        String[] anchors = {"start", "middle", "middle", "middle", "end"};
        for (int i = 0; i < anchors.length; i++) {
            Instant time = report.period().begin().plus(drawn.multipliedBy(i).dividedBy(anchors.length - 1));
            int x = LEFT + (WIDTH - LEFT - RIGHT) * i / (anchors.length - 1);
            page.raw("<text x=\"" + x + "\" y=\"" + (HEIGHT - 10) + "\" text-anchor=\"" + anchors[i] + "\">"
                    + format.format(time) + "</text>");
        }
    }

    private double y(double value) {
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * Math.min(1, value / top);
    }
}
