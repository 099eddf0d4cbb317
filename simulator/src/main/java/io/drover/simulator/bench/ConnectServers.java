package io.drover.simulator.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.simulator.cloud.tls.CertificateAuthority;
import io.drover.simulator.fleet.credential.SymmetricKeys;
import io.drover.simulator.process.ChildProcess;
import io.drover.simulator.process.LocalPorts;
import io.drover.simulator.rehearsal.AzureRest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The listeners that {@code bench connect} holds against each other, each in a process of its own, with certificates of one authority. */
final class ConnectServers {
    private static final Duration START = Duration.ofMinutes(1);
    private static final String ADMINISTRATOR = "bench";
    private static final int IDENTITIES_AT_ONCE = 100;

    /** A listener and its process. */
    record Server(String name, ConnectLoad.Kind kind, int port, ChildProcess process) implements AutoCloseable {
        @Override
        public void close() {
            process.close();
        }
    }

    private final Path folder;
    private final List<String> jvmOptions;
    private final String groupKey;
    private final int devices;

    ConnectServers(Path folder, List<String> jvmOptions, String groupKey, int devices) {
        this.folder = folder;
        this.jvmOptions = jvmOptions;
        this.groupKey = groupKey;
        this.devices = devices;
    }

    /** The authority to trust; there once a server was started. */
    Path authority() {
        return folder.resolve("ca.pem");
    }

    /** TLS and nothing else. */
    Server bare() {
        ChildProcess process = ChildProcess.startAgain(
                "bare-server", folder, jvmOptions, List.of("bench", "bare-server", "--data-dir=" + folder), Map.of());
        int port = process.awaitReady(START).path("port").asInt();
        return new Server("tls", ConnectLoad.Kind.BARE, port, process);
    }

    /** The emulated cloud with a hub and its devices. */
    Server cloud(List<String> more) throws IOException {
        JsonObject estate = AzureRest.estate(ADMINISTRATOR)
                .put(
                        "hubs",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("name", "bench-hub")
                                        .put("sku", "S3")
                                        .put("units", 10)));
        Path file = Files.writeString(folder.resolve("estate.json"), estate.encode());
        List<String> arguments = new ArrayList<>(List.of(
                "cloud",
                "--data-dir=" + folder,
                "--no-quotas",
                "--estate=" + file,
                "--ready-line",
                "--stop-with-stdin"));
        arguments.addAll(more);
        ChildProcess process = ChildProcess.startAgain("cloud", folder, jvmOptions, arguments, Map.of());
        JsonNode ready = process.awaitReady(START);
        register(ready);
        return new Server(
                "drover", ConnectLoad.Kind.MQTT, ready.path("mqttPort").asInt(), process);
    }

    private void register(JsonNode ready) {
        try (AzureRest rest = new AzureRest(
                ready.path("httpsPort").asInt(), ready.path("caCertificate").asText(), "test", ADMINISTRATOR)) {
            List<AzureRest.Call> calls = new ArrayList<>();
            for (int from = 0; from < devices; from += IDENTITIES_AT_ONCE) {
                JsonArray items = new JsonArray();
                for (int index = from; index < Math.min(devices, from + IDENTITIES_AT_ONCE); index++) {
                    items.add(identity(ConnectLoad.deviceId(index)));
                }
                calls.add(new AzureRest.Call(HttpMethod.POST, AzureRest.Service.HUB, "bench-hub", "/devices", items));
            }
            rest.all(calls);
        }
    }

    private JsonObject identity(String id) {
        String key = SymmetricKeys.derive(groupKey, id);
        return new JsonObject()
                .put("id", id)
                .put("importMode", "create")
                .put("status", "enabled")
                .put(
                        "authentication",
                        new JsonObject()
                                .put("type", "sas")
                                .put(
                                        "symmetricKey",
                                        new JsonObject().put("primaryKey", key).put("secondaryKey", key)));
    }

    /** Mosquitto, when the machine has it. It lets everybody in, so it checks less than the emulated hub. */
    Optional<Server> mosquitto() throws IOException {
        Optional<Path> program = Stream.concat(
                        Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)),
                        Stream.of("/usr/sbin", "/usr/local/sbin"))
                .map(directory -> Path.of(directory, "mosquitto"))
                .filter(Files::isExecutable)
                .findFirst();
        if (program.isEmpty()) {
            return Optional.empty();
        }
        PemKeyCertOptions pem = CertificateAuthority.openOrCreate(folder, Clock.systemUTC())
                .issueServerCertificate(List.of(ConnectLoad.NAMES));
        Path key = Files.write(
                folder.resolve("mosquitto-key.pem"), pem.getKeyValue().getBytes());
        Path certificate =
                Files.write(folder.resolve("mosquitto.pem"), pem.getCertValue().getBytes());
        int port = LocalPorts.free();
        Path configuration = Files.write(
                folder.resolve("mosquitto.conf"),
                List.of(
                        "user " + System.getProperty("user.name"),
                        "listener " + port + " 127.0.0.1",
                        "certfile " + certificate,
                        "keyfile " + key,
                        "allow_anonymous true",
                        "max_connections -1",
                        "persistence false",
                        "set_tcp_nodelay true",
                        "log_type error"));
        ChildProcess process = ChildProcess.startProgram(
                "mosquitto", folder, List.of(program.get().toString(), "-c", configuration.toString()), Map.of());
        return Optional.of(new Server("mosquitto", ConnectLoad.Kind.MQTT, port, process));
    }
}
