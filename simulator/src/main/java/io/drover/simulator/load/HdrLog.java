package io.drover.simulator.load;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/**
 * HdrHistogram's interval log of a load, tagged by step, as its HistogramLogProcessor and HistogramLogAnalyzer read it. Intervals are what
 * a report has more than the one before it, so one log serves any number of processes. One thread.
 */
public final class HdrLog implements AutoCloseable {
    private final PrintStream out;
    private final HistogramLogWriter writer;
    private final Map<String, Histogram> before = new LinkedHashMap<>();
    private long sinceMillis;

    /**
     * Begins a log.
     *
     * @throws IOException when the file cannot be written
     */
    public HdrLog(Path file, long nowMillis) throws IOException {
        this.out = new PrintStream(file.toFile(), StandardCharsets.UTF_8);
        this.writer = new HistogramLogWriter(out);
        this.sinceMillis = nowMillis;
        writer.outputLogFormatVersion();
        writer.outputStartTime(nowMillis);
        writer.setBaseTime(nowMillis);
        writer.outputBaseTime(nowMillis);
        writer.outputLegend();
    }

    /** Writes what has come to each step since the last report; a step to which nothing has come is left out. */
    public void add(LoadReport report, long nowMillis) {
        report.steps().forEach((step, times) -> {
            Histogram interval = times.copy();
            Histogram last = before.put(step, times);
            if (last != null) {
                interval.subtract(last);
            }
            if (interval.getTotalCount() > 0) {
                interval.setTag(step);
                interval.setStartTimeStamp(sinceMillis);
                interval.setEndTimeStamp(nowMillis);
                writer.outputIntervalHistogram(interval);
            }
        });
        sinceMillis = nowMillis;
    }

    /** Whether all of it could be written. */
    public boolean isWhole() {
        return !out.checkError();
    }

    @Override
    public void close() {
        out.close();
    }
}
