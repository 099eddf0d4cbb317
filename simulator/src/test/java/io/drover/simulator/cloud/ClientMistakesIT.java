package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.fleet.sdk.ConnectToSslContext;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a client does wrong is a line in the cloud's log, for who asks for more, and never a stack trace. */
@Timeout(120)
class ClientMistakesIT {
    private static final String HUB = "a-hub.azure-devices.test";
    private static final byte[] PING = {(byte) 0xC0, 0};
    private static final byte[] DISCONNECT = {(byte) 0xE0, 0};
    private static final byte[] REFUSED = {0x20, 2, 0, 4};
    private static final int MILLIS = 20_000;

    @TempDir
    static Path directory;

    private static CloudProcess cloud;

    @BeforeAll
    static void start() throws Exception {
        cloud = CloudProcess.start(directory, "-Ddrover.log.level=DEBUG");
    }

    @AfterAll
    static void stop() throws Exception {
        assertNoStackTrace(cloud.stop());
    }

    @Test
    void aPathWithACutPercentEscapeIsRefusedInTheServicesShapeWithoutAStackTrace() throws Exception {
        String hub = get(HUB, "/devices/%4?api-version=2021-04-12");
        String central = get("an-app.azureiotcentral.test", "/api/devices/%?api-version=2022-07-31");
        String dps = get("a-dps.azure-devices-provisioning.test", "/enrollments/%zz");
        String device = get("global.azure-devices-provisioning.test", "/0ne1/registrations/%4");
        String arm = get("management.azure.test", "/subscriptions/%");
        String entra = get("login.microsoftonline.test", "/%/oauth2/token");
        String control;
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), cloud.port("controlPort"))) {
            control = text(exchange(plain, request(CloudOptions.HOST, "/control/faults/%")));
        }

        assertThat(List.of(hub, central, dps, device, arm, entra, control))
                .allSatisfy(answer -> assertThat(answer).startsWith("HTTP/1.1 400 "));
        assertThat(body(hub).getString("Message")).startsWith("ErrorCode:ArgumentInvalid;");
        assertThat(body(central).getJsonObject("error").getString("code")).isEqualTo("BadRequest");
        assertThat(body(dps).getInteger("errorCode")).isEqualTo(400000);
        assertThat(body(device).getInteger("errorCode")).isEqualTo(400000);
        assertThat(body(arm).getJsonObject("error").getString("code")).isEqualTo("InvalidRequestContent");
        assertThat(body(entra).getString("error")).isEqualTo("invalid_request");
        assertThat(body(control).getString("title")).isEqualTo("The request is malformed");
        assertThat(cloud.log().split("A call was refused, its path is malformed: ", -1))
                .hasSize(8);
        assertNoStackTrace(cloud.log());
    }

    @Test
    void anMqttClientThatSpeaksBeforeItsConnectOrAfterItsRefusalIsCutOffWithoutAStackTrace() throws Exception {
        byte[] early = exchange("mqttPort", HUB, PING);
        byte[] refused = exchange("mqttPort", HUB, connect("nobody", "no/such/user"), PING, DISCONNECT);

        assertThat(early).isEmpty();
        assertThat(refused).isEqualTo(REFUSED);
        assertThat(cloud.log())
                .contains("MQTT connection refused: java.net.ProtocolException: a packet came before CONNECT");
        assertNoStackTrace(cloud.log());
    }

    private static String get(String host, String path) throws Exception {
        return text(exchange("httpsPort", host, request(host, path)));
    }

    private static byte[] request(String host, String path) {
        return ("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static String text(byte[] answer) {
        return new String(answer, StandardCharsets.UTF_8);
    }

    private static JsonObject body(String answer) {
        return new JsonObject(answer.substring(answer.indexOf("\r\n\r\n") + 4));
    }

    /** Over TLS, with the host's name. */
    private static byte[] exchange(String port, String host, byte[]... packets) throws Exception {
        try (Socket socket = ConnectToSslContext.of(cloud.authority(), cloud.port(port))
                .getSocketFactory()
                .createSocket(host, 443)) {
            return exchange(socket, packets);
        }
    }

    /** Sends all at once and reads until the cloud closes the connection. */
    private static byte[] exchange(Socket socket, byte[]... packets) throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] packet : packets) {
            all.write(packet);
        }
        socket.setSoTimeout(MILLIS);
        socket.getOutputStream().write(all.toByteArray());
        return socket.getInputStream().readAllBytes();
    }

    private static void assertNoStackTrace(String log) {
        assertThat(log).doesNotContain("\tat ").doesNotContain("Unhandled exception");
    }

    private static byte[] connect(String clientId, String userName) throws IOException {
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(packet);
        fields.writeUTF("MQTT");
        // Protocol level 4; user name, password and clean session; keep-alive.
        fields.write(new byte[] {4, (byte) 0xC2, 0, 60});
        fields.writeUTF(clientId);
        fields.writeUTF(userName);
        fields.writeUTF("no-password");
        ByteArrayOutputStream framed = new ByteArrayOutputStream();
        framed.write(0x10);
        framed.write(packet.size());
        packet.writeTo(framed);
        return framed.toByteArray();
    }
}
