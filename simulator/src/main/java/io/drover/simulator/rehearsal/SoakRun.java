package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The hour of a soak: legs at their times, and after each what the ledger, the fleet and the cloud say of every device. Blocking; one thread. */
final class SoakRun implements AutoCloseable {
    static final String SECRET = "bench";
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration REPORT = Duration.ofSeconds(30);
    private static final Duration CONNECT_PATIENCE = Duration.ofMinutes(15);
    private static final Duration LEG_PATIENCE = Duration.ofMinutes(20);
    private static final Duration SETTLE_PATIENCE = Duration.ofMinutes(3);
    private static final String SUFFIX = "test";
    private static final int SHOWN = 5;

    private final LargeFleet fleet;
    private final Path work;
    private final int telemetrySeconds;
    private final PrintWriter out;
    private final Set<String> expected;
    private final ServedWorker worker;
    private final JsonNode definition;
    private final SoakSamples samples;
    private boolean whole = true;

    /** With a worker that it starts. */
    SoakRun(LargeFleet fleet, Path work, Path workerJar, int telemetrySeconds, PrintWriter out) throws IOException {
        this.fleet = fleet;
        this.work = work;
        this.telemetrySeconds = telemetrySeconds;
        this.out = out;
        this.expected = IntStream.range(0, fleet.scenario().devices())
                .mapToObj(fleet.scenario()::deviceId)
                .collect(Collectors.toSet());
        this.definition = configure();
        this.worker = ServedWorker.start(workerJar, work, SECRET, List.of("-Xmx512m"));
        Map<String, List<Long>> sides = new LinkedHashMap<>();
        sides.put("cloud", fleet.cloudPids());
        sides.put("fleet", fleet.fleetPids());
        sides.put("worker", List.of(worker.pid()));
        this.samples = new SoakSamples(sides, work.resolve("samples.csv"));
    }

    /** Writes the worker's configuration, and gives its migration as one that the API takes. */
    private JsonNode configure() throws IOException {
        Duration step = Duration.ofMinutes(3);
        WorkerConfiguration.Place place = new WorkerConfiguration.Place(Direction.CENTRAL_TO_HUB, work);
        Path file = WorkerConfiguration.write(
                place, fleet.ready(), SUFFIX, new WorkerConfiguration.Deadlines(step, step, step), fleet.scenario());
        ObjectMapper yaml = new ObjectMapper(new YAMLFactory());
        ObjectNode all = (ObjectNode) yaml.readTree(file.toFile());
        JsonNode migration = all.remove("migration");
        Files.writeString(file, yaml.writeValueAsString(all));
        return migration;
    }

    /** Carries it out; true when no device was ever lost and no heap grew by more than the share. */
    boolean run(double minutes, int migrations, double growth) throws IOException {
        Instant began = Instant.now();
        fleet.begin();
        await("connected at the source", LargeFleet::atSource, CONNECT_PATIENCE);
        // A leg begins each so many seconds, or as soon as the one before it has ended; the last leaves time to stay.
        double each = (minutes * 60 - Duration.between(began, Instant.now()).toSeconds()) / (2.0 * migrations + 0.5);
        Instant next = Instant.now();
        sample("start");
        SoakSamples.Sample before = null;
        for (int number = 1; number <= migrations; number++) {
            int current = number;
            String name = "soak-" + number;
            ObjectNode forward = definition.deepCopy();
            forward.put("name", name);
            leg(
                    name,
                    () -> worker.migrate(forward),
                    Direction.CENTRAL_TO_HUB.target(),
                    Direction.CENTRAL_TO_HUB.source());
            sample("there " + number);
            next = next.plusSeconds((long) each);
            idleUntil(next);
            leg(
                    name + "-return",
                    () -> worker.failBack("soak-" + current, name + "-return"),
                    Direction.CENTRAL_TO_HUB.source(),
                    Direction.CENTRAL_TO_HUB.target());
            SoakSamples.Sample back = sample("back " + number);
            before = number == Math.max(1, migrations - 1) ? back : before;
            next = next.plusSeconds((long) each);
            idleUntil(next);
        }
        idleUntil(began.plusSeconds((long) (minutes * 60)));
        Instant end = Instant.now();
        present(
                Direction.CENTRAL_TO_HUB.source(),
                Direction.CENTRAL_TO_HUB.target(),
                end.minusSeconds(2L * telemetrySeconds));
        Map<String, Double> grown = SoakSamples.growth(before, sample("end"));
        String since = before.name();
        grown.forEach((side, share) -> say("live heap of %s: %+.1f %% since %s", side, share * 100, since));
        JsonNode status = fleet.status();
        say(
                "telemetry acknowledged: %d, commands answered: %d, failures of devices: %s",
                status.path("telemetrySent").asLong(),
                status.path("commandsAnswered").asLong(),
                status.path("errors"));
        boolean flat = grown.values().stream().allMatch(share -> share <= growth);
        say("%s; %s", whole ? "no device was lost" : "devices were lost", flat ? "no heap grew" : "a heap grew");
        return whole && flat;
    }

    private SoakSamples.Sample sample(String moment) throws IOException {
        SoakSamples.Sample sample = samples.take(moment);
        say("%s", sample.text());
        return sample;
    }

    private void leg(String name, Runnable order, Site to, Site from) {
        Instant start = Instant.now();
        order.run();
        JsonNode[] last = new JsonNode[1];
        until(
                name + " to end",
                () -> {
                    last[0] = worker.look(name);
                    return last[0].path("state").asText().equals("FINISHED");
                },
                () -> last[0].path("counts").toString(),
                LEG_PATIENCE);
        double seconds = Duration.between(start, Instant.now()).toMillis() / 1e3;
        long migrated = last[0].path("counts").path("MIGRATED").asLong();
        say("%s: %d of %d MIGRATED in %.0f s, %.1f/s", name, migrated, expected.size(), seconds, migrated / seconds);
        if (migrated != expected.size()) {
            whole = false;
            say("  the rest: %s, reasons %s", last[0].path("counts"), last[0].path("reasons"));
        }
        present(to, from, start);
    }

    /** Waits a little for what is still under way, then names each device that is not where it should be. */
    private void present(Site to, Site from, Instant since) {
        Set<String> missing = Set.of();
        Instant deadline = Instant.now().plus(SETTLE_PATIENCE);
        do {
            missing =
                    Presence.missing(expected, Presence.at(fleet.cloud(), to), Presence.at(fleet.cloud(), from), since);
        } while (!missing.isEmpty() && Instant.now().isBefore(deadline) && pause());
        if (!missing.isEmpty()) {
            whole = false;
            say(
                    "  %d devices are not at %s alone, with telemetry since %s: %s",
                    missing.size(),
                    to.name(),
                    since,
                    missing.stream().limit(SHOWN).toList());
        }
    }

    private void await(String what, ToLongFunction<JsonNode> count, Duration patience) {
        Instant start = Instant.now();
        JsonNode[] last = new JsonNode[1];
        until(
                "all to be " + what,
                () -> {
                    last[0] = fleet.status();
                    return count.applyAsLong(last[0]) == expected.size();
                },
                () -> count.applyAsLong(last[0]) + " " + what,
                patience);
        say(
                "%d %s after %d s",
                expected.size(), what, Duration.between(start, Instant.now()).toSeconds());
    }

    private void until(
            String what, BooleanSupplier done, java.util.function.Supplier<String> progress, Duration patience) {
        Instant deadline = Instant.now().plus(patience);
        Instant report = Instant.now().plus(REPORT);
        while (!done.getAsBoolean()) {
            fleet.assertRuns();
            if (Instant.now().isAfter(deadline)) {
                throw new RehearsalException(
                        "Waited " + patience.toMinutes() + " minutes for " + what + ": " + progress.get());
            }
            if (Instant.now().isAfter(report)) {
                report = report.plus(REPORT);
                say("  %s", progress.get());
            }
            pause();
        }
    }

    private void idleUntil(Instant end) {
        while (Instant.now().isBefore(end)) {
            fleet.assertRuns();
            pause();
        }
    }

    private static boolean pause() {
        LockSupport.parkNanos(POLL.toNanos());
        return true;
    }

    private void say(String format, Object... arguments) {
        out.printf(Locale.ROOT, format + "%n", arguments);
        out.flush();
    }

    @Override
    public void close() {
        worker.close();
    }
}
