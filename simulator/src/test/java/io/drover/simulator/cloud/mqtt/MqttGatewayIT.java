package io.drover.simulator.cloud.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.simulator.cloud.tls.CertificateAuthority;
import io.drover.simulator.cloud.tls.ClientCertificates;
import io.drover.simulator.cloud.tls.DeviceCertificates;
import io.drover.simulator.tls.TlsEngine;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.junit5.VertxExtension;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The listeners' side of devices: what services behind the gateway get to see of TLS, and MQTT over WebSocket. */
@ExtendWith(VertxExtension.class)
class MqttGatewayIT {
    private static final int DEADLINE_SECONDS = 30;
    private static final byte CONNACK = 0x20;
    private static final byte PUBLISH = 0x30;

    @TempDir
    Path directory;

    private final BlockingQueue<List<X509Certificate>> attached = new LinkedBlockingQueue<>();
    private final BlockingQueue<Buffer> received = new LinkedBlockingQueue<>();
    private Vertx vertx;
    private CertificateAuthority authority;
    private MqttGateway gateway;
    private HttpServer https;
    private WebSocketClient webSockets;
    private int mqttPort;
    private int httpsPort;

    /** Accepts everybody, remembers what it was told, and sends each message back. */
    private final class EchoService implements MqttService {
        @Override
        public boolean accepts(DeviceConnection connection) {
            return true;
        }

        @Override
        public void attach(DeviceConnection connection, List<X509Certificate> certificates) {
            attached.add(certificates);
            connection.handler(new Echo(connection));
            connection.accept(false);
        }
    }

    private final class Echo implements DeviceConnection.Packets {
        private final DeviceConnection connection;

        Echo(DeviceConnection connection) {
            this.connection = connection;
        }

        @Override
        public void published(DeviceConnection.Message message) {
            received.add(message.body());
            connection.publish(message.topic(), message.body(), MqttQoS.AT_MOST_ONCE, 0);
        }

        @Override
        public void subscribed(int packetId, List<DeviceConnection.Subscription> asked) {
            connection.close();
        }

        @Override
        public void unsubscribed(int packetId, List<String> filters) {
            connection.close();
        }

        @Override
        public void closed(boolean goodbye) {}
    }

    @BeforeEach
    void start(Vertx started) throws Exception {
        vertx = started;
        authority = CertificateAuthority.openOrCreate(directory, Clock.systemUTC());
        PemKeyCertOptions certificate = authority.issueServerCertificate(List.of("*.azure-devices.test"));
        NetServerOptions options = new NetServerOptions();
        options.setSsl(true).setKeyCertOptions(certificate);
        options.setSslEngineOptions(TlsEngine.fastest().options());
        gateway = new MqttGateway(vertx, options, List.of(new EchoService()));
        mqttPort = await(gateway.listen(0));
        HttpServerOptions web = new HttpServerOptions().setSsl(true).setKeyCertOptions(certificate);
        web.setSslEngineOptions(TlsEngine.fastest().options());
        ClientCertificates.request(web);
        MqttGateway.prepare(web);
        https = vertx.createHttpServer(web)
                .requestHandler(request -> request.response().end());
        await(gateway.serveWebSockets(https));
        httpsPort = await(https.listen(0, "127.0.0.1")).actualPort();
    }

    @AfterEach
    void stop() throws Exception {
        await(https.close());
        await(gateway.close());
    }

    @Test
    void aServiceGetsTheCertificateChainADeviceShows() throws Exception {
        DeviceCertificates device =
                DeviceCertificates.root("maker").authority("plant").device("truck-1");

        await(mqtt(device.clientOptions()).connect(mqttPort, "127.0.0.1"));

        assertThat(next(attached))
                .containsExactly(device.chain().get(0), device.chain().get(1));
    }

    @Test
    void aDeviceWithoutACertificateConnectsAsWell() throws Exception {
        await(mqtt(null).connect(mqttPort, "127.0.0.1"));

        assertThat(next(attached)).isEmpty();
    }

    @Test
    void overWebSocketMessagesAndCertificatesArriveAsOverTcp() throws Exception {
        DeviceCertificates device = DeviceCertificates.selfSigned("truck-2");
        BlockingQueue<Buffer> answers = new LinkedBlockingQueue<>();
        WebSocket webSocket = await(webSocket(device.clientOptions(), "/$iothub/websocket?iothub-no-client-cert=true"));
        webSocket.handler(answers::add);

        await(webSocket.write(connect("truck-2")));
        Buffer accepted = next(answers);
        byte[] large = new byte[200 * 1024];
        large[large.length - 1] = 7;
        await(webSocket.write(publish("a/topic", large)));

        assertThat(webSocket.subProtocol()).isEqualTo("mqtt");
        assertThat(accepted.getByte(0)).isEqualTo(CONNACK);
        assertThat(next(attached)).containsExactly(device.certificate());
        assertThat(next(received).getBytes()).isEqualTo(large);
        assertThat(next(answers).getByte(0)).isEqualTo(PUBLISH);
    }

    @Test
    void aWebSocketEndsWithItsMqttConnection() throws Exception {
        WebSocket webSocket = await(webSocket(null, "/$iothub/websocket"));
        CompletableFuture<Void> closed = new CompletableFuture<>();
        webSocket.closeHandler(closed::complete);

        await(webSocket.write(Buffer.buffer("this is not MQTT")));

        closed.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void anotherPathTakesNoWebSocket() {
        assertThatThrownBy(() -> await(webSocket(null, "/elsewhere")))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        UpgradeRejectedException.class,
                        refused -> assertThat(refused.getStatus()).isEqualTo(404));
    }

    private MqttClient mqtt(PemKeyCertOptions certificate) {
        MqttClientOptions options = new MqttClientOptions().setClientId("truck-1");
        options.setSsl(true)
                .setKeyCertOptions(certificate)
                .setHostnameVerificationAlgorithm("")
                .setTrustOptions(trust());
        return MqttClient.create(vertx, options);
    }

    private Future<WebSocket> webSocket(PemKeyCertOptions certificate, String uri) {
        WebSocketClientOptions options = new WebSocketClientOptions();
        options.setSsl(true).setKeyCertOptions(certificate).setTrustOptions(trust());
        options.setMaxFrameSize(256 * 1024);
        // Kept, as a client nobody holds is closed when it is collected.
        webSockets = vertx.createWebSocketClient(options);
        WebSocketConnectOptions target = new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(httpsPort)
                .setURI(uri);
        return webSockets.connect(target.addSubProtocol("mqtt"));
    }

    private PemTrustOptions trust() {
        return new PemTrustOptions().addCertPath(authority.certificateFile().toString());
    }

    private static Buffer connect(String clientId) {
        Buffer body = Buffer.buffer();
        text(body, "MQTT").appendByte((byte) 4).appendByte((byte) 2).appendShort((short) 60);
        text(body, clientId);
        return packet((byte) 0x10, body);
    }

    private static Buffer publish(String topic, byte[] payload) {
        return packet(PUBLISH, text(Buffer.buffer(), topic).appendBytes(payload));
    }

    private static Buffer packet(byte type, Buffer body) {
        Buffer packet = Buffer.buffer().appendByte(type);
        int rest = body.length();
        do {
            int digit = rest % 128;
            rest /= 128;
            packet.appendByte((byte) (rest > 0 ? digit | 0x80 : digit));
        } while (rest > 0);
        return packet.appendBuffer(body);
    }

    private static Buffer text(Buffer buffer, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return buffer.appendShort((short) bytes.length).appendBytes(bytes);
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T item = queue.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
        assertThat(item).as("something within %s s", DEADLINE_SECONDS).isNotNull();
        return item;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }
}
