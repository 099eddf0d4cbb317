package io.drover.simulator.fleet.lean;

import io.drover.simulator.fleet.credential.DeviceCredential;
import io.drover.simulator.fleet.credential.OwnCertificate;
import io.drover.simulator.fleet.device.EngineCounters;
import io.drover.simulator.tls.TlsEngine;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Opens MQTT sessions for the whole fleet over one shared client: one TLS context instead of one per device, but for devices that
 * show a certificate. TCP goes to 127.0.0.1 or where told; the name asked for is kept for SNI and the certificate check, and only the given CA is trusted.
 */
public final class MqttDial {
    private static final String PROVISIONING = "azure-devices-provisioning.";
    private static final int MAX_MESSAGE_BYTES = 256 * 1024 + 4096;

    private final List<NetClient> hubs;
    private final AtomicInteger next = new AtomicInteger();
    private final NetClient provisioning;
    private final Vertx vertx;
    private final int port;
    private final EngineCounters counters;
    private final PemTrustOptions trust;
    private String address = "127.0.0.1";
    private TrustOptions shared;

    /** Creates the shared client; connections come from whatever address the system takes. */
    public MqttDial(Vertx vertx, int port, String caCertificatePath, TlsEngine engine, EngineCounters counters) {
        this(vertx, port, caCertificatePath, engine, counters, List.of());
    }

    /**
     * Creates the shared clients.
     *
     * @param sourceAddresses of this machine: the last for connections to the provisioning service, whose ports stay taken for a
     *     while, those before it in turn for connections to hubs; one for both, none for whatever address the system takes
     */
    public MqttDial(
            Vertx vertx,
            int port,
            String caCertificatePath,
            TlsEngine engine,
            EngineCounters counters,
            List<String> sourceAddresses) {
        this.vertx = vertx;
        this.port = port;
        this.counters = counters;
        this.trust = new PemTrustOptions().addCertPath(caCertificatePath);
        NetClientOptions options = new NetClientOptions()
                .setSsl(true)
                .setSslEngineOptions(engine.options())
                .setTrustOptions(trust)
                .setHostnameVerificationAlgorithm("HTTPS")
                .setConnectTimeout(20_000)
                .setTcpNoDelay(true);
        int last = sourceAddresses.size() - 1;
        this.provisioning = from(vertx, options, last < 0 ? null : sourceAddresses.get(last));
        this.hubs = last < 1
                ? List.of(provisioning)
                : sourceAddresses.subList(0, last).stream()
                        .map(address -> from(vertx, options, address))
                        .toList();
    }

    /** The address that all connections go to, whatever name is asked for; before the first. */
    public MqttDial to(String other) {
        address = other;
        return this;
    }

    private static NetClient from(Vertx vertx, NetClientOptions options, String local) {
        return vertx.createNetClient(new NetClientOptions(options).setLocalAddress(local));
    }

    private NetClient hub() {
        return hubs.get(Math.floorMod(next.getAndIncrement(), hubs.size()));
    }

    /**
     * Connects and signs in; call on an event loop, all of the session's callbacks come on it. Fails with
     * DeviceFailure "connack-n" when refused, else with the transport's own failure.
     */
    public Future<MqttSession> open(String hostName, MqttSession.SignIn signIn) {
        return open(hostName, signIn, null);
    }

    /** As the other, showing the credential in the handshake when it is a certificate. */
    public Future<MqttSession> open(String hostName, MqttSession.SignIn signIn, DeviceCredential credential) {
        ConnectOptions options = new ConnectOptions()
                .setHost(hostName)
                .setPort(port)
                .setRemoteAddress(SocketAddress.inetSocketAddress(port, address))
                .setSsl(true)
                .setSniServerName(hostName);
        if (credential instanceof DeviceCredential.Certificate certificate) {
            options.setSslOptions(showing(certificate));
        }
        boolean registers = hostName.contains(PROVISIONING);
        String where = registers ? "provisioning" : "hub";
        Future<NetSocket> connected = counters.timed(
                EngineCounters.Step.HANDSHAKE,
                where,
                (registers ? provisioning : hub()).connect(options),
                System.nanoTime());
        return connected.compose(socket -> {
            long began = System.nanoTime();
            NetSocketInternal channel = (NetSocketInternal) socket;
            ChannelPipeline pipeline = channel.channelHandlerContext().pipeline();
            pipeline.addBefore("handler", "mqttEncoder", MqttEncoder.INSTANCE);
            pipeline.addBefore("handler", "mqttDecoder", new MqttDecoder(MAX_MESSAGE_BYTES));
            return counters.timed(
                    EngineCounters.Step.CONNECT, where, new MqttSession(vertx, channel).signIn(signIn), began);
        });
    }

    /** A TLS context of the device's own, as a context has one key; what is trusted is shared, and read once. */
    private ClientSSLOptions showing(DeviceCredential.Certificate certificate) {
        return new ClientSSLOptions()
                .setKeyCertOptions(KeyCertOptions.wrap(new OwnCertificate(certificate)))
                .setTrustOptions(sharedTrust())
                .setHostnameVerificationAlgorithm("HTTPS");
    }

    private synchronized TrustOptions sharedTrust() {
        if (shared == null) {
            try {
                shared = TrustOptions.wrap(trust.getTrustManagerFactory(vertx).getTrustManagers()[0]);
            } catch (Exception unreadable) {
                throw new IllegalStateException("the CA certificate was readable at the start", unreadable);
            }
        }
        return shared;
    }
}
