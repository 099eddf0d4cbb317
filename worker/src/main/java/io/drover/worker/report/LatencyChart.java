package io.drover.worker.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** How long devices took from the command to the proof of their arrival: percentiles and a histogram. */
final class LatencyChart {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 200;
    private static final int TOP = 24;
    private static final int BOTTOM = 28;
    /** Upper ends in milliseconds; what takes longer goes into a last one. */
    private static final long[] ENDS = {
        250,
        500,
        1000,
        1500,
        2000,
        3000,
        5000,
        10_000,
        20_000,
        30_000,
        60_000,
        120_000,
        300_000,
        600_000,
        1_800_000,
        3_600_000,
        14_400_000,
        86_400_000
    };

    private record Bin(String label, long devices) {}

    private final Histogram latency;

    LatencyChart(Histogram latency) {
        this.latency = latency;
    }

    void write(Html page) {
        if (latency.getTotalCount() == 0) {
            page.raw("<p class=\"note\">No device has arrived yet.</p>");
            return;
        }
        page.raw("<dl class=\"tiles\">");
        for (int percentile : new int[] {50, 95, 99}) {
            page.raw("<div><dt>p" + percentile + "</dt><dd>" + at(percentile) + "</dd></div>");
        }
        page.raw("<div><dt>longest</dt><dd>" + millis(latency.getMaxValue()) + "</dd></div></dl>");
        List<Bin> bins = bins();
        page.raw("<svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT
                + "\" role=\"img\" aria-labelledby=\"latency-title latency-desc\">"
                + "<title id=\"latency-title\">Time from command to arrival</title><desc id=\"latency-desc\">");
        bins.forEach(bin -> page.text(bin.label() + ": " + Words.number(bin.devices()) + " devices. "));
        page.raw("</desc>");
        long most = bins.stream().mapToLong(Bin::devices).max().orElse(1);
        double step = (double) WIDTH / bins.size();
        for (int i = 0; i < bins.size(); i++) {
            bar(page, bins.get(i), i * step, step, most);
        }
        page.raw("<line class=\"axis\" x1=\"0\" x2=\"" + WIDTH + "\" y1=\"" + (HEIGHT - BOTTOM) + "\" y2=\""
                + (HEIGHT - BOTTOM) + "\"/></svg>");
    }

    private static void bar(Html page, Bin bin, double x, double step, long most) {
        double height = (double) (HEIGHT - TOP - BOTTOM) * bin.devices() / most;
        double width = Math.min(90, step - 8);
        double middle = x + step / 2;
        page.raw(String.format(
                Locale.ROOT,
                "<rect class=\"f-connected\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>"
                        + "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>"
                        + "<text class=\"small\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                middle - width / 2,
                HEIGHT - BOTTOM - height,
                width,
                height,
                middle,
                HEIGHT - BOTTOM - height - 6,
                Words.number(bin.devices()),
                middle,
                HEIGHT - BOTTOM + 18,
                bin.label()));
    }

    /** From the first bin with a device to the last one. */
    private List<Bin> bins() {
        List<Bin> bins = new ArrayList<>();
        List<Bin> empty = new ArrayList<>();
        long from = 0;
        for (int i = 0; i <= ENDS.length; i++) {
            boolean last = i == ENDS.length;
            long to = last ? Long.MAX_VALUE : ENDS[i];
            long devices = from > latency.getMaxValue()
                    ? 0
                    : latency.getCountBetweenValues(from, Math.min(to - 1, latency.getHighestTrackableValue()));
            Bin bin = new Bin(last ? "longer" : "to " + millis(to), devices);
            if (devices > 0) {
                bins.addAll(empty);
                bins.add(bin);
                empty.clear();
            } else if (!bins.isEmpty()) {
                empty.add(bin);
            }
            from = to;
        }
        return bins;
    }

    private String at(int percentile) {
        return millis(latency.getValueAtPercentile(percentile));
    }

    private static String millis(long millis) {
        return millis < 1000
                ? String.format(Locale.ROOT, "%.2f s", millis / 1000.0)
                : Words.duration(Duration.ofMillis(millis));
    }
}
