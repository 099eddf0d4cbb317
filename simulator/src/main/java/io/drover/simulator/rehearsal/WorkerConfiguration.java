package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.drover.simulator.fleet.Scenario;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The worker's configuration file for a rehearsal: public names with the emulator's suffix, and where they are. */
final class WorkerConfiguration {
    static final String SECRET_VARIABLE = "DROVER_CLIENT_SECRET";
    static final String WEBHOOK_TOKEN_VARIABLE = "DROVER_WEBHOOK_TOKEN";
    static final String LEDGER_PASSWORD_VARIABLE = "DROVER_LEDGER_PASSWORD";

    private WorkerConfiguration() {}

    /** Writes {@code worker.yaml} into the folder, as the scenario changes it; the secret stays in the environment. */
    static Path write(Place place, JsonNode cloudReady, String suffix, Deadlines deadlines, Scenario scenario) {
        String connectTo = "    - { host: \"*.%s\", address: 127.0.0.1, port: %d }%n"
                .formatted(suffix, cloudReady.path("httpsPort").asInt());
        String text = ("""
                entra:
                  authority: https://login.microsoftonline.%1$s
                  tenant: %2$s
                  clientId: %3$s
                  clientSecret: { env: %4$s }
                azure:
                  resourceManager: https://management.azure.%1$s
                  centralDomain: azureiotcentral.%1$s
                  centralAudience: https://apps.azureiotcentral.%1$s
                  dpsAudience: https://azure-devices-provisioning.%1$s
                  hubAudience: https://iothubs.azure.%1$s
                  timeCompression: %5$d
                network:
                  trustedCa: %6$s
                  connectTo:
                    - { host: "*.servicebus.%1$s", address: 127.0.0.1, port: %7$d }
                """ + connectTo + """
                migration:
                  name: rehearsal
                  subscription: %8$s
                  source: %9$s
                  target: %10$s
                  verification: telemetry
                  deadlines: { answer: %11$s, assigned: %12$s, connected: %12$s, telemetry: %12$s, offline: %13$s }
                  attempts: 3
                ledger: %14$s
                management: { host: 127.0.0.1, port: 0 }
                """)
                .formatted(
                        suffix,
                        RehearsalEstate.TENANT,
                        RehearsalEstate.CLIENT_ID,
                        SECRET_VARIABLE,
                        scenario.timeCompression(),
                        cloudReady.path("caCertificate").asText(),
                        cloudReady.path("amqpPort").asInt(),
                        RehearsalEstate.SUBSCRIPTION,
                        place.direction().workerSource(),
                        place.direction().workerTarget(),
                        seconds(deadlines.answer()),
                        seconds(deadlines.step()),
                        seconds(deadlines.offline()),
                        ledger(place));
        Path file = place.folder().resolve("worker.yaml");
        try {
            return Files.writeString(file, patched(patched(text, files(place, scenario)), scenario.worker()));
        } catch (IOException e) {
            throw new RehearsalException("The worker's configuration " + file + " cannot be written: " + e, e);
        }
    }

    /** Writes the files that a fleet's owner would have, and gives the part of the configuration that names them. */
    private static ObjectNode files(Place place, Scenario scenario) throws IOException {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        ObjectNode credentials = new WorkerCredentials(place.folder(), scenario).write();
        if (!credentials.isEmpty()) {
            patch.withObject("/migration").set("credentials", credentials);
        }
        if (scenario.twins()) {
            Files.writeString(place.folder().resolve("mapping.yaml"), mapping(place.direction()));
            patch.withObject("/migration").putObject("owned").put("mapping", "mapping.yaml");
        }
        return patch;
    }

    /** The site is called otherwise at the target. */
    private static String mapping(Direction direction) {
        return "rename: { %s.%s: %s.%s }%n"
                .formatted(
                        direction.source().isCentral() ? "cloud" : "tags",
                        RehearsalTemplates.SITE,
                        direction.target().isCentral() ? "cloud" : "tags",
                        RehearsalTemplates.DEPOT);
    }

    private static String patched(String text, JsonNode patch) throws IOException {
        if (patch.isEmpty()) {
            return text;
        }
        ObjectMapper yaml = new ObjectMapper(new YAMLFactory());
        return yaml.writeValueAsString(merged(yaml.readTree(text), patch));
    }

    /** JSON merge patch (RFC 7396): objects are merged, null removes, anything else replaces. */
    static JsonNode merged(JsonNode target, JsonNode patch) {
        if (!patch.isObject()) {
            return patch;
        }
        ObjectNode result =
                target != null && target.isObject() ? target.deepCopy() : JsonNodeFactory.instance.objectNode();
        patch.properties().forEach(entry -> {
            if (entry.getValue().isNull()) {
                result.remove(entry.getKey());
            } else {
                result.set(entry.getKey(), merged(result.get(entry.getKey()), entry.getValue()));
            }
        });
        return result;
    }

    private static String ledger(Place place) {
        return place.ledgerUrl() == null
                ? "{ url: \"jdbc:sqlite:ledger.db\" }"
                : "{ url: \"%s\", user: %s, password: { env: %s } }"
                        .formatted(place.ledgerUrl(), place.ledgerUser(), LEDGER_PASSWORD_VARIABLE);
    }

    private static String seconds(java.time.Duration duration) {
        return duration.toSeconds() + "s";
    }

    /**
     * What is moved, and where the worker works.
     *
     * @param folder where its configuration is written
     * @param ledgerUrl JDBC URL of the ledger; a file in the folder when null
     * @param ledgerUser database user of a PostgreSQL ledger
     */
    record Place(Direction direction, Path folder, String ledgerUrl, String ledgerUser) {
        /** With a ledger in the folder. */
        Place(Direction direction, Path folder) {
            this(direction, folder, null, null);
        }
    }

    /** How long the worker of a rehearsal waits for an answer, for each further step, and for offline devices. */
    record Deadlines(java.time.Duration answer, java.time.Duration step, java.time.Duration offline) {}
}
