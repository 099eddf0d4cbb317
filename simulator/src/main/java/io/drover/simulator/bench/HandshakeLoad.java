package io.drover.simulator.bench;

import io.drover.simulator.cloud.mqtt.DeviceConnection;
import io.drover.simulator.cloud.mqtt.MqttGateway;
import io.drover.simulator.cloud.mqtt.MqttService;
import io.drover.simulator.fleet.device.Engine;
import io.drover.simulator.fleet.device.FleetCounters;
import io.drover.simulator.fleet.lean.MqttDial;
import io.drover.simulator.fleet.lean.MqttSession;
import io.drover.simulator.tls.TlsEngine;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Full TLS handshakes with MQTT sign-in, one after the other on each of several lanes, between the cloud's own listener and the
 * fleet's own client in this process. Each connection asks for a name of its own, so that no engine can resume a session.
 */
final class HandshakeLoad {
    static final String NAMES = "*.azure-devices.test";

    private final Vertx vertx;
    private final TlsEngine engine;
    private final MqttGateway gateway;
    private final AtomicLong names = new AtomicLong();
    private MqttDial dial;

    HandshakeLoad(Vertx vertx, TlsEngine engine, PemKeyCertOptions certificate) {
        this.vertx = vertx;
        this.engine = engine;
        NetServerOptions options = new NetServerOptions();
        options.setSsl(true).setKeyCertOptions(certificate).setSslEngineOptions(engine.options());
        this.gateway = new MqttGateway(vertx, options, List.of(new EveryoneIsWelcome()));
    }

    /** Listens; the future completes when rounds may be run. */
    Future<Void> start(Path authority) {
        return gateway.listen(0)
                .onSuccess(port -> dial = new MqttDial(
                        vertx,
                        port,
                        authority.toString(),
                        engine,
                        new FleetCounters(new SimpleMeterRegistry()).of(Engine.LEAN)))
                .mapEmpty();
    }

    /** Runs the lanes, each on an event loop, for the given time; connections under way at its end are counted. */
    Future<Tally> run(int lanes, Duration time) {
        Tally tally = new Tally(new AtomicLong(), new AtomicLong());
        long end = System.nanoTime() + time.toNanos();
        List<Future<Void>> running = new ArrayList<>(lanes);
        List<Context> loops = loops();
        for (int lane = 0; lane < lanes; lane++) {
            Promise<Void> done = Promise.promise();
            loops.get(lane % loops.size()).runOnContext(begin -> next(end, tally, done));
            running.add(done.future());
        }
        return Future.join(running).map(tally);
    }

    Future<Void> stop() {
        return gateway.close();
    }

    private List<Context> loops() {
        List<Context> loops = new ArrayList<>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            loops.add(((io.vertx.core.internal.VertxInternal) vertx).createEventLoopContext());
        }
        return loops;
    }

    private void next(long end, Tally tally, Promise<Void> done) {
        if (System.nanoTime() >= end) {
            done.complete();
            return;
        }
        String name = "n" + names.incrementAndGet();
        dial.open(name + NAMES.substring(1), new MqttSession.SignIn(name, name, "", 60))
                .onSuccess(session -> tally.signedIn().incrementAndGet())
                .onFailure(failure -> tally.failed().incrementAndGet())
                .compose(MqttSession::disconnect)
                .onComplete(closed -> next(end, tally, done));
    }

    /** Counts that several event loops add to. */
    record Tally(AtomicLong signedIn, AtomicLong failed) {}

    private static final class EveryoneIsWelcome implements MqttService {
        @Override
        public boolean accepts(DeviceConnection connection) {
            return true;
        }

        @Override
        public void attach(DeviceConnection connection, List<X509Certificate> certificates) {
            connection.accept(false);
        }
    }
}
