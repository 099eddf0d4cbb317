package io.drover.simulator.bench;

import io.drover.simulator.fleet.credential.SymmetricKeys;
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
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * The client side of {@code bench connect}: opens connections to one listener, either bare TLS, or with the fleet's own dial and a
 * device's sign-in. Devices take turns by index. Any thread.
 */
final class ConnectLoad {
    static final String NAMES = "*.azure-devices.test";
    static final String HUB = "bench-hub.azure-devices.test";
    private static final int KEEP_ALIVE_SECONDS = 1_000;
    private static final Duration TOKEN_LIFE = Duration.ofHours(24);

    /** What is opened: TLS alone, or with MQTT and a SAS in its CONNECT. */
    enum Kind {
        BARE,
        MQTT
    }

    /**
     * Where it goes.
     *
     * @param groupKey base64; devices' keys are derived from it, as of an enrollment group
     * @param devices how many take turns
     */
    record Target(Kind kind, int port, Path authority, String groupKey, int devices) {
        @Override
        public String toString() {
            return "Target[" + kind + ", port=" + port + "]";
        }
    }

    /** Counts that several event loops add to. */
    record Tally(AtomicLong opened, AtomicLong failed, AtomicLong nanos) {}

    private final Supplier<Future<Supplier<Future<Void>>>> open;
    private final List<Context> loops = new ArrayList<>();
    private final AtomicInteger turns = new AtomicInteger();

    ConnectLoad(Vertx vertx, Target target) {
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            loops.add(((VertxInternal) vertx).createEventLoopContext());
        }
        open = target.kind() == Kind.BARE ? bare(vertx, target) : mqtt(vertx, target);
    }

    static String deviceId(int index) {
        return "bench-" + index;
    }

    private static NetClient client(Vertx vertx, Path authority) {
        return vertx.createNetClient(new NetClientOptions()
                .setSsl(true)
                .setSslEngineOptions(TlsEngine.fastest().options())
                .setTrustOptions(new PemTrustOptions().addCertPath(authority.toString()))
                .setHostnameVerificationAlgorithm("HTTPS")
                .setConnectTimeout(20_000)
                .setTcpNoDelay(true));
    }

    private static ConnectOptions to(int port) {
        return new ConnectOptions()
                .setHost(HUB)
                .setPort(port)
                .setRemoteAddress(SocketAddress.inetSocketAddress(port, "127.0.0.1"))
                .setSsl(true)
                .setSniServerName(HUB);
    }

    private Supplier<Future<Supplier<Future<Void>>>> bare(Vertx vertx, Target target) {
        NetClient client = client(vertx, target.authority());
        return () -> client.connect(to(target.port())).map(socket -> socket::close);
    }

    private Supplier<Future<Supplier<Future<Void>>>> mqtt(Vertx vertx, Target target) {
        MqttDial dial = new MqttDial(
                vertx,
                target.port(),
                target.authority().toString(),
                TlsEngine.fastest(),
                new FleetCounters(new SimpleMeterRegistry()).of(Engine.LEAN));
        return () -> {
            String id = deviceId(Math.floorMod(turns.getAndIncrement(), target.devices()));
            String key = SymmetricKeys.derive(target.groupKey(), id);
            String password = SymmetricKeys.hubToken(HUB, id, key, Instant.now().plus(TOKEN_LIFE));
            String user = HUB + "/" + id + "/?api-version=2021-04-12";
            return dial.open(HUB, new MqttSession.SignIn(id, user, password, KEEP_ALIVE_SECONDS))
                    .map(session -> session::disconnect);
        };
    }

    /** What TLS agrees on there, as {@code protocol cipher suite}. */
    static Future<String> agreed(Vertx vertx, int port, Path authority) {
        NetClient client = client(vertx, authority);
        return client.connect(to(port))
                .compose(socket -> {
                    String agreed = socket.sslSession().getProtocol() + " "
                            + socket.sslSession().getCipherSuite();
                    return socket.close().map(agreed);
                })
                .eventually(client::close);
    }

    /** Opens and closes on each of so many lanes for the given time; connections under way at its end are counted. */
    Future<Tally> run(int lanes, Duration time) {
        Tally tally = new Tally(new AtomicLong(), new AtomicLong(), new AtomicLong());
        long began = System.nanoTime();
        return lanes(lanes, done -> next(began + time.toNanos(), tally, done)).map(ended -> {
            tally.nanos().set(System.nanoTime() - began);
            return tally;
        });
    }

    /** Opens so many and leaves them open; fails with the first failure. */
    Future<Void> hold(int connections, int lanes) {
        AtomicInteger left = new AtomicInteger(connections);
        return lanes(lanes, done -> another(left, done));
    }

    private interface Lane {
        void begin(Promise<Void> done);
    }

    private Future<Void> lanes(int lanes, Lane work) {
        List<Future<Void>> running = new ArrayList<>(lanes);
        for (int lane = 0; lane < lanes; lane++) {
            Promise<Void> done = Promise.promise();
            loops.get(lane % loops.size()).runOnContext(begin -> work.begin(done));
            running.add(done.future());
        }
        return Future.join(running).mapEmpty();
    }

    private void next(long end, Tally tally, Promise<Void> done) {
        if (System.nanoTime() >= end) {
            done.complete();
            return;
        }
        open.get()
                .onSuccess(opened -> tally.opened().incrementAndGet())
                .onFailure(failure -> tally.failed().incrementAndGet())
                .compose(Supplier::get)
                .onComplete(closed -> next(end, tally, done));
    }

    private void another(AtomicInteger left, Promise<Void> done) {
        if (left.getAndDecrement() <= 0) {
            done.complete();
            return;
        }
        open.get().onSuccess(opened -> another(left, done)).onFailure(done::fail);
    }
}
