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
    private final List<NetClient> provisioning;
    private final AtomicInteger nextHub = new AtomicInteger();
    private final AtomicInteger nextProvisioning = new AtomicInteger();
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
     * @param sourceAddresses of this machine, in turn: the first half for connections to hubs, the others for those to the provisioning
     *     service, whose ports stay taken for a while; one for both, none for whatever address the system takes
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
        List<NetClient> clients = sourceAddresses.isEmpty()
                ? List.of(vertx.createNetClient(options))
                : sourceAddresses.stream()
                        .map(local -> vertx.createNetClient(new NetClientOptions(options).setLocalAddress(local)))
                        .toList();
        int half = clients.size() / 2;
        this.hubs = half == 0 ? clients : clients.subList(0, half);
        this.provisioning = clients.subList(half, clients.size());
    }

    /** The address that all connections go to, whatever name is asked for; before the first. */
    public MqttDial to(String other) {
        address = other;
        return this;
    }

    private NetClient client(boolean registers) {
        return registers ? inTurn(provisioning, nextProvisioning) : inTurn(hubs, nextHub);
    }

    private static NetClient inTurn(List<NetClient> clients, AtomicInteger next) {
        return clients.get(Math.floorMod(next.getAndIncrement(), clients.size()));
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
                EngineCounters.Step.HANDSHAKE, where, client(registers).connect(options), System.nanoTime());
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
