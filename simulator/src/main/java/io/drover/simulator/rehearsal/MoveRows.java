package io.drover.simulator.rehearsal;

import io.drover.simulator.load.DeviceLog;
import io.drover.simulator.load.HdrLog;
import io.drover.simulator.load.LoadReport;
import io.drover.simulator.load.LoadSchedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;

/** What the fleet's rows and the commands' instants say together of each device's move, in microseconds since 1970. */
final class MoveRows {
    private static final String COMMAND = "command";
    private static final String REPROVISIONING = "reprovisioning";
    private static final String HEADER = "index,device,command_meant_us,command_answered_us,accepted_us,"
            + "registered_again_us,connected_again_us,arrived_us";
    private static final List<String> COLUMNS = List.of(DeviceLog.HEADER.split(",", -1));
    private static final int ACCEPTED = COLUMNS.indexOf("accepted_us");

    private final List<Row> rows;

    /** One move; 0 for what has not happened. */
    record Row(
            int index,
            String device,
            long meant,
            long answered,
            long accepted,
            long registered,
            long connected,
            long arrived) {
        private String csv() {
            return index + "," + device + ","
                    + LongStream.of(meant, answered, accepted, registered, connected, arrived)
                            .mapToObj(micros -> micros == 0 ? "" : Long.toString(micros))
                            .collect(Collectors.joining(","));
        }
    }

    private MoveRows(List<Row> rows) {
        this.rows = rows;
    }

    /** Joins the fleet's CSV with the commands of devices {@code from} up to, but without, {@code to}. */
    static MoveRows of(String fleetCsv, MoveCommands commands, int from, int to) {
        List<Row> rows = new ArrayList<>(to - from);
        fleetCsv.lines().skip(1).forEach(line -> {
            String[] cells = line.split(",", -1);
            int index = Integer.parseInt(cells[0]);
            if (index >= from && index < to) {
                long[] instants = Arrays.stream(cells, ACCEPTED, ACCEPTED + 4)
                        .mapToLong(cell -> cell.isEmpty() ? 0 : Long.parseLong(cell))
                        .toArray();
                rows.add(new Row(
                        index,
                        cells[2],
                        commands.meantMicros(index),
                        commands.answeredMicros(index),
                        instants[0],
                        instants[1],
                        instants[2],
                        instants[3]));
            }
        });
        return new MoveRows(rows);
    }

    /** Both as one. */
    MoveRows plus(MoveRows other) {
        List<Row> both = new ArrayList<>(rows);
        both.addAll(other.rows);
        return new MoveRows(both);
    }

    private long[] arrivals() {
        return rows.stream()
                .mapToLong(Row::arrived)
                .filter(arrived -> arrived != 0)
                .sorted()
                .toArray();
    }

    /** Devices whose telemetry the target has acknowledged. */
    long arrived() {
        return arrivals().length;
    }

    /** Moves a second from the first intended command to the last arrival. */
    double perSecond() {
        long[] arrivals = arrivals();
        long first = rows.stream().mapToLong(Row::meant).min().orElse(0);
        return arrivals.length == 0 ? 0 : arrivals.length * 1e6 / (arrivals[arrivals.length - 1] - first);
    }

    /** Arrivals a second in the middle half of them, where neither the beginning nor the end is in the figure. */
    double steadyPerSecond() {
        long[] arrivals = arrivals();
        int from = arrivals.length / 4;
        int to = arrivals.length - 1 - arrivals.length / 4;
        return to <= from || arrivals[to] == arrivals[from] ? 0 : (to - from) * 1e6 / (arrivals[to] - arrivals[from]);
    }

    /** From the intended start of the command to the first telemetry acknowledged at the target. */
    Histogram reprovisioning() {
        Histogram times = LoadReport.histogram();
        rows.stream().filter(row -> row.arrived() != 0).forEach(row -> add(times, row.arrived() - row.meant()));
        return times;
    }

    private static void add(Histogram times, long micros) {
        times.recordValue(Math.max(0, Math.min(times.getHighestTrackableValue(), micros * 1_000)));
    }

    /** Writes a row for each device. */
    void writeCsv(Path file) throws IOException {
        List<String> lines = new ArrayList<>(List.of(HEADER));
        rows.forEach(row -> lines.add(row.csv()));
        Files.write(file, lines);
    }

    /** Writes HdrHistogram's interval log, a second each: commands by their answers, moves by their arrivals. */
    void writeHdrLog(Path file) throws IOException {
        Map<Long, List<Row>> answers = bySecond(rows, true);
        Map<Long, List<Row>> arrivals = bySecond(rows, false);
        long first = answers.keySet().stream().min(Long::compare).orElse(0L);
        long last = arrivals.keySet().stream().max(Long::compare).orElse(first);
        Map<String, Histogram> sums = new LinkedHashMap<>();
        sums.put(COMMAND, LoadReport.histogram());
        sums.put(REPROVISIONING, LoadReport.histogram());
        LoadSchedule schedule = new LoadSchedule(
                Instant.EPOCH.plus(first, ChronoUnit.SECONDS), rows.size(), 0, 0, 0, LoadSchedule.LAG_LIMIT);
        try (HdrLog log = new HdrLog(file, first * 1_000)) {
            for (long second = first; second <= last; second++) {
                answers.getOrDefault(second, List.of())
                        .forEach(row -> add(sums.get(COMMAND), row.answered() - row.meant()));
                arrivals.getOrDefault(second, List.of())
                        .forEach(row -> add(sums.get(REPROVISIONING), row.arrived() - row.meant()));
                Map<String, Histogram> copies = new LinkedHashMap<>();
                sums.forEach((step, times) -> copies.put(step, times.copy()));
                log.add(new LoadReport(schedule, copies), (second + 1) * 1_000);
            }
            if (!log.isWhole()) {
                throw new IOException(file + " could not be written whole");
            }
        }
    }

    private static Map<Long, List<Row>> bySecond(List<Row> rows, boolean answers) {
        return rows.stream()
                .filter(row -> (answers ? row.answered() : row.arrived()) != 0)
                .collect(Collectors.groupingBy(row -> (answers ? row.answered() : row.arrived()) / 1_000_000));
    }
}
