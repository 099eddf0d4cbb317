package io.drover.simulator.fleet;

import io.drover.simulator.fleet.device.DeviceLifecycle;
import io.drover.simulator.fleet.device.Engine;
import io.drover.simulator.fleet.device.FleetCounters;
import io.drover.simulator.fleet.device.FleetSettings;
import io.drover.simulator.fleet.device.VirtualDevice;
import io.drover.simulator.fleet.lean.ConnectionGate;
import io.drover.simulator.fleet.lean.LeanDevice;
import io.drover.simulator.fleet.lean.MqttDial;
import io.drover.simulator.fleet.lean.Registrar;
import io.drover.simulator.fleet.lean.TpmRegistrar;
import io.drover.simulator.fleet.sdk.SdkEngine;
import io.drover.simulator.load.LoadOrder;
import io.drover.simulator.load.LoadProfile;
import io.drover.simulator.load.LoadRun;
import io.drover.simulator.load.OpenLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.net.SocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The devices of one event loop: makes them, starts each when the load's profile means it to, whatever becomes of the others, stops them. */
public final class FleetShard extends VerticleBase {
    private static final int SIGN_INS_AT_ONCE = 256;
    /** Of a load that is given as a ramp: a bound of memory only, which its storms should not reach. */
    private static final int OPEN_LOOP_SIGN_INS = 2_048;

    private static final Duration REGISTRATION_DEADLINE = Duration.ofMinutes(2);

    /**
     * Where devices reach the cloud over HTTPS, which those with a TPM do.
     *
     * @param address of the machine
     * @param caCertificate path of the authority to trust, in PEM
     */
    public record Https(String address, int port, String caCertificate) {
        /** On this machine. */
        public Https(int port, String caCertificate) {
            this("127.0.0.1", port, caCertificate);
        }
    }

    /**
     * The devices with {@code index % of == number} from {@code from} up to, but without, {@code to}.
     *
     * @param provisioningHost the global device provisioning host name
     * @param https null where no device has a TPM
     */
    public record Part(
            Scenario scenario,
            int number,
            int of,
            int from,
            int to,
            String provisioningHost,
            FleetSettings settings,
            Https https) {
        /** A part of a fleet in which no device has a TPM. */
        public Part(
                Scenario scenario,
                int number,
                int of,
                int from,
                int to,
                String provisioningHost,
                FleetSettings settings) {
            this(scenario, number, of, from, to, provisioningHost, settings, null);
        }
    }

    private final Part part;
    private final MqttDial dial;
    private final SdkEngine sdk;
    private final FleetCounters counters;
    private final Future<Void> go;
    private final Clock clock;
    private final List<VirtualDevice> devices = new ArrayList<>();
    private OpenLoop loop;

    /** A part of the fleet that begins when {@code go} completes. */
    public FleetShard(Part part, MqttDial dial, SdkEngine sdk, FleetCounters counters, Future<Void> go, Clock clock) {
        this.part = part;
        this.dial = dial;
        this.sdk = sdk;
        this.counters = counters;
        this.go = go;
        this.clock = clock;
    }

    private DeviceLifecycle.Shared shared(Engine engine) {
        return new DeviceLifecycle.Shared(vertx, part.settings(), counters.of(engine));
    }

    @Override
    public Future<?> start() {
        ConnectionGate gate =
                new ConnectionGate(part.scenario().shape().ramp().isEmpty() ? SIGN_INS_AT_ONCE : OPEN_LOOP_SIGN_INS);
        LeanDevice.Surroundings around = new LeanDevice.Surroundings(
                shared(Engine.LEAN),
                clock,
                dial,
                new Registrar(vertx, dial, gate, clock, part.provisioningHost(), REGISTRATION_DEADLINE, tpm()),
                gate);
        DeviceLifecycle.Shared sdkShared = shared(Engine.AZURE_SDK);
        Scenario scenario = part.scenario();
        for (int index = first(); index < part.to(); index += part.of()) {
            String id = scenario.deviceId(index);
            Scenario.Group group = scenario.groupOf(index);
            devices.add(
                    switch (group.engine()) {
                        case LEAN -> new LeanDevice(around, index, id, group);
                        case AZURE_SDK -> sdk.device(context, sdkShared, index, id, group);
                    });
        }
        LoadProfile profile = scenario.profile();
        LoadOrder order = scenario.order();
        long[] intended = IntStream.range(0, devices.size())
                .map(place -> first() + place * part.of())
                .mapToLong(index -> profile.intendedNanos(order.operation(index)) + scenario.jitterNanos(index))
                .toArray();
        loop = new OpenLoop(context, intended, this::begin);
        go.onSuccess(now -> context.runOnContext(begin -> beginRamp()));
        return Future.succeededFuture();
    }

    private TpmRegistrar tpm() {
        Https https = part.https();
        return https == null
                ? null
                : new TpmRegistrar(
                        vertx,
                        SocketAddress.inetSocketAddress(https.port(), https.address()),
                        https.caCertificate(),
                        clock,
                        part.provisioningHost(),
                        REGISTRATION_DEADLINE);
    }

    private void beginRamp() {
        LoadRun run = counters.load();
        run.add(loop);
        loop.begin(run.originNanos());
    }

    private void begin(int place, long meantNanos) {
        int index = first() + place * part.of();
        devices.get(place).start(counters.load().recorder().track(index, meantNanos));
    }

    /** The lowest index of the part's own. */
    private int first() {
        return part.from() + Math.floorMod(part.number() - part.from(), part.of());
    }

    /** Says goodbye to the hubs in bounded steps. */
    @Override
    public Future<?> stop() {
        if (loop != null) {
            loop.stop();
        }
        Promise<Void> done = Promise.promise();
        stopFrom(0, done);
        return done.future();
    }

    private void stopFrom(int index, Promise<Void> done) {
        if (index >= devices.size()) {
            done.complete();
            return;
        }
        int end = Math.min(devices.size(), index + SIGN_INS_AT_ONCE);
        Future.join(devices.subList(index, end).stream()
                        .map(VirtualDevice::stop)
                        .toList())
                .onComplete(closed -> stopFrom(end, done));
    }
}
