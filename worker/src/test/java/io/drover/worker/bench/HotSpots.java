package io.drover.worker.bench;

import io.drover.worker.device.AttemptTrace;
import io.drover.worker.device.DeviceKey;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceTransition;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.Evidence;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.Verification;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the worker does for each device without its ledger: its state machine, and the ids of its trace; beside one bare SHA-256. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HotSpots {
    private static final Instant START = Instant.parse("2026-11-23T00:00:00Z");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final String HUB = "target-hub.azure-devices.net";

    private final DeviceTransition transition =
            new DeviceTransition(new MovePolicy(Verification.TELEMETRY, MINUTE, MINUTE, MINUTE, MINUTE, MINUTE, 3, 1));
    private final DeviceRow discovered = DeviceRow.discovered(
            new DeviceKey(1, "truck-000042"), new DiscoveredDevice("truck-000042", "Truck 42", null), START);
    private final DeviceRow commanded = transition.claim(discovered, START, MINUTE, "worker-1");
    private final byte[] text = "1\ntruck-000042\n1\n1700000000000".getBytes(StandardCharsets.UTF_8);

    /** One SHA-256 with nothing around it. */
    @Benchmark
    public byte[] bareDigest() throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(text);
    }

    /** From the claim to MIGRATED, by five pieces of evidence. */
    @Benchmark
    public DeviceRow aWholeMove() {
        DeviceRow row = transition.claim(discovered, START, MINUTE, "worker-1");
        row = transition.apply(row, Evidence.commandSent(START, 1));
        row = transition.apply(row, Evidence.accepted(START.plusSeconds(1), 1, "200"));
        row = transition.apply(row, Evidence.assigned(START.plusSeconds(2), HUB));
        row = transition.apply(row, Evidence.connected(START.plusSeconds(3), HUB));
        return transition.apply(row, Evidence.telemetry(START.plusSeconds(4), HUB));
    }

    /** Evidence that says nothing new, as each look at a target brings it. */
    @Benchmark
    public DeviceRow evidenceThatIsOld() {
        return transition.apply(commanded, Evidence.assigned(START.minusSeconds(60), HUB));
    }

    /** Ids of an attempt's trace. */
    @Benchmark
    public AttemptTrace idsOfAnAttempt() {
        return AttemptTrace.of(commanded);
    }
}
