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

/**
 * Opens MQTT sessions for the whole fleet over one shared client: one TLS context instead of one per device, but for devices that
 * show a certificate. TCP goes to 127.0.0.1; the name asked for is kept for SNI and the certificate check, and only the given CA is trusted.
 */
public final class MqttDial {
    private static final String PROVISIONING = "azure-devices-provisioning.";
    private static final int MAX_MESSAGE_BYTES = 256 * 1024 + 4096;

    private final NetClient client;
    private final Vertx vertx;
    private final int port;
    private final EngineCounters counters;
    private final PemTrustOptions trust;
    private TrustOptions shared;

    /** Creates the shared client. */
    public MqttDial(Vertx vertx, int port, String caCertificatePath, TlsEngine engine, EngineCounters counters) {
        this.vertx = vertx;
        this.port = port;
        this.counters = counters;
        this.trust = new PemTrustOptions().addCertPath(caCertificatePath);
        this.client = vertx.createNetClient(new NetClientOptions()
                .setSsl(true)
                .setSslEngineOptions(engine.options())
                .setTrustOptions(trust)
                .setHostnameVerificationAlgorithm("HTTPS")
                .setConnectTimeout(20_000)
                .setTcpNoDelay(true));
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
                .setRemoteAddress(SocketAddress.inetSocketAddress(port, "127.0.0.1"))
                .setSsl(true)
                .setSniServerName(hostName);
        if (credential instanceof DeviceCredential.Certificate certificate) {
            options.setSslOptions(showing(certificate));
        }
        String where = hostName.contains(PROVISIONING) ? "provisioning" : "hub";
        Future<NetSocket> connected =
                counters.timed(EngineCounters.Step.HANDSHAKE, where, client.connect(options), System.nanoTime());
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
