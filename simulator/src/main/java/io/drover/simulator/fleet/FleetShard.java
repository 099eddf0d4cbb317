package io.drover.simulator.fleet;

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
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** The devices of one event loop: makes them, starts them at the ramp's pace whatever becomes of them, stops them. */
public final class FleetShard extends VerticleBase {
    private static final long RAMP_STEP_MILLIS = 20;
    private static final int SIGN_INS_AT_ONCE = 256;
    private static final Duration REGISTRATION_DEADLINE = Duration.ofMinutes(2);

    /**
     * Where devices reach the cloud over HTTPS, which those with a TPM do.
     *
     * @param port on 127.0.0.1
     * @param caCertificate path of the authority to trust, in PEM
     */
    public record Https(int port, String caCertificate) {}

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
    private int started;
    private long ramp = -1;

    /** A part of the fleet that begins when {@code go} completes. */
    public FleetShard(Part part, MqttDial dial, SdkEngine sdk, FleetCounters counters, Future<Void> go, Clock clock) {
        this.part = part;
        this.dial = dial;
        this.sdk = sdk;
        this.counters = counters;
        this.go = go;
        this.clock = clock;
    }

    @Override
    public Future<?> start() {
        ConnectionGate gate = new ConnectionGate(SIGN_INS_AT_ONCE);
        LeanDevice.Surroundings around = new LeanDevice.Surroundings(
                vertx,
                clock,
                dial,
                new Registrar(vertx, dial, gate, clock, part.provisioningHost(), REGISTRATION_DEADLINE, tpm()),
                gate,
                part.settings(),
                counters.of(Engine.LEAN));
        Scenario scenario = part.scenario();
        for (int index = part.from(); index < part.to(); index++) {
            if (index % part.of() == part.number()) {
                String id = scenario.deviceId(index);
                Scenario.Group group = scenario.groupOf(index);
                devices.add(
                        switch (group.engine()) {
                            case LEAN -> new LeanDevice(around, index, id, group);
                            case AZURE_SDK ->
                                sdk.device(context, part.settings(), counters.of(Engine.AZURE_SDK), index, id, group);
                        });
            }
        }
        go.onSuccess(now -> context.runOnContext(begin -> beginRamp()));
        return Future.succeededFuture();
    }

    private TpmRegistrar tpm() {
        Https https = part.https();
        return https == null
                ? null
                : new TpmRegistrar(
                        vertx,
                        https.port(),
                        https.caCertificate(),
                        clock,
                        part.provisioningHost(),
                        REGISTRATION_DEADLINE);
    }

    private void beginRamp() {
        long beganNanos = System.nanoTime();
        double perNano = (double) part.scenario().connectRate() / part.of() / 1e9;
        int all = devices.size();
        LongSupplier meant = () -> Math.min(all, 1 + (long) ((System.nanoTime() - beganNanos) * perNano));
        counters.ramp(meant);
        ramp = vertx.setPeriodic(1, RAMP_STEP_MILLIS, tick -> {
            long due = meant.getAsLong();
            while (started < due) {
                devices.get(started++).start();
                counters.started();
            }
            if (started == devices.size()) {
                vertx.cancelTimer(ramp);
            }
        });
    }

    /** Says goodbye to the hubs in bounded steps. */
    @Override
    public Future<?> stop() {
        vertx.cancelTimer(ramp);
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
