package io.drover.simulator.rehearsal;

import io.drover.simulator.process.LiveHeap;
import io.drover.simulator.process.ProcessUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What each side of a soak keeps alive in its heap after a full collection, and holds resident, at its moments; also kept as CSV. */
final class SoakSamples {
    private static final double MIB = 1024.0 * 1024;

    private final Map<String, List<Long>> sides;
    private final Path csv;
    private final long began = System.nanoTime();
    private final List<Sample> samples = new ArrayList<>();

    /**
     * One moment.
     *
     * @param name such as {@code back 2}
     * @param liveBytes by side
     * @param residentBytes by side, before the collection
     */
    record Sample(String name, double minutes, Map<String, Long> liveBytes, Map<String, Long> residentBytes) {
        String text() {
            StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%5.1f min  %-8s", minutes, name));
            liveBytes.forEach((side, live) -> text.append(
                    String.format(Locale.ROOT, "  %s %.1f (%.0f)", side, live / MIB, residentBytes.get(side) / MIB)));
            return text.append("  MiB live (resident)").toString();
        }
    }

    /** Of these processes by side; the rows go to the file. */
    SoakSamples(Map<String, List<Long>> sides, Path csv) throws IOException {
        this.sides = new LinkedHashMap<>(sides);
        this.csv = Files.writeString(csv, "minutes,moment,side,live_bytes,resident_bytes\n");
    }

    /** Collects every process's garbage, each after the other, and measures what is left. Blocks for seconds. */
    Sample take(String moment) throws IOException {
        double minutes = (System.nanoTime() - began) / 60e9;
        Map<String, Long> live = new LinkedHashMap<>();
        Map<String, Long> resident = new LinkedHashMap<>();
        StringBuilder rows = new StringBuilder();
        sides.forEach((side, pids) -> {
            resident.put(
                    side, pids.stream().mapToLong(ProcessUsage::residentBytes).sum());
            live.put(
                    side,
                    pids.stream().mapToLong(LiveHeap::bytesAfterFullCollection).sum());
            rows.append(String.format(
                    Locale.ROOT, "%.2f,%s,%s,%d,%d%n", minutes, moment, side, live.get(side), resident.get(side)));
        });
        Files.writeString(csv, rows, StandardOpenOption.APPEND);
        Sample sample = new Sample(moment, minutes, live, resident);
        samples.add(sample);
        return sample;
    }

    /** How much more of it a side has alive at one moment than at another, as a share: 0.1 is a tenth more. */
    static Map<String, Double> growth(Sample from, Sample to) {
        Map<String, Double> growth = new LinkedHashMap<>();
        from.liveBytes()
                .forEach((side, bytes) ->
                        growth.put(side, (double) to.liveBytes().get(side) / bytes - 1));
        return growth;
    }
}
