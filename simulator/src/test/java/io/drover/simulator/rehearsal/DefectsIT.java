package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.simulator.cloud.WorkerProgram;
import io.drover.simulator.rehearsal.AzureRest.Service;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged scenario of defects, as the services show them to whoever plans a migration. */
@Timeout(120)
class DefectsIT {
    @TempDir
    Path data;

    @TempDir
    Path work;

    @Test
    void anApplicationShowsEachDefect() throws Exception {
        try (StagedFleet fleet = new StagedFleet(Direction.CENTRAL_TO_HUB, scenario(), data)) {
            fleet.start();
            fleet.enrollAtTarget();
            aPlanNamesThemAll(fleet);

            String members = central(fleet, "/api/deviceGroups/" + RehearsalEstate.DEVICE_GROUP + "/devices")
                    .encode();
            for (String id : fleet.devicesOf("no-template")) {
                assertThat(device(fleet, id).getString("template")).isNull();
                assertThat(members).doesNotContain("\"" + id + "\"");
                assertThat(fleet.truth(id).stillAtSource()).isTrue();
            }
            for (String id : fleet.devicesOf("no-move")) {
                assertThat(members).contains("\"" + id + "\"");
                assertThatThrownBy(() -> move(fleet, id)).hasMessageContaining("422");
            }
            for (String id : fleet.devicesOf("inherited-move")) {
                assertThat(move(fleet, id)).isEqualTo(200);
                fleet.until(() -> fleet.truth(id).moved());
            }
            for (String id : fleet.devicesOf("simulated")) {
                assertThat(device(fleet, id).getBoolean("simulated")).isTrue();
            }
            for (String id : fleet.devicesOf("blocked")) {
                assertThat(device(fleet, id).getBoolean("enabled")).isFalse();
            }
            for (String id : fleet.devicesOf("refused-id")) {
                assertThat(device(fleet, id).getString("id")).endsWith("#");
                assertThat(fleet.truth(AzureRest.encoded(id)).atSource()).isEmpty();
            }
            assertThat(central(fleet, "/api/enrollmentGroups/retired").getBoolean("enabled"))
                    .isFalse();
            for (String id : fleet.devicesOf("enrollment-disabled")) {
                assertThat(fleet.truth(id).stillAtSource()).isTrue();
            }
            assertThat(central(fleet, "/api/enrollmentGroups/foreign-plant")
                            .getJsonObject("attestation")
                            .getString("type"))
                    .isEqualTo("x509");
            for (String id : fleet.devicesOf("authority-withheld")) {
                assertThat(fleet.truth(id).stillAtSource()).isTrue();
            }
            for (String id : fleet.devicesOf("offline")) {
                assertThat(fleet.truth(id).atSource()).isEmpty();
            }
        }
    }

    @Test
    void aHubShowsThoseThatItKnows() throws Exception {
        try (StagedFleet fleet = new StagedFleet(Direction.HUB_TO_HUB, scenario(), data)) {
            fleet.start();
            fleet.call(
                    HttpMethod.PUT,
                    Service.HUB,
                    RehearsalEstate.SOURCE_HUB,
                    "/devices/made-by-hand",
                    new JsonObject().put("deviceId", "made-by-hand"));
            long before = fleet.changes();
            Map<String, String> verdicts = verdicts(fleet.worker(work, "plan", "--output=csv"));
            assertThat(fleet.changes()).isEqualTo(before);
            assertThat(of(fleet, verdicts, "ready")).containsOnly("READY GROUP_KEY");
            assertThat(of(fleet, verdicts, "blocked")).allMatch(line -> line.startsWith("BLOCKED"));
            assertThat(of(fleet, verdicts, "refused-id")).allMatch(line -> line.startsWith("ID_REFUSED_BY_DPS"));
            // The source's provisioning service shows the certificates of its enrollments, the hub only their
            // thumbprints.
            assertThat(of(fleet, verdicts, "certificate-withheld")).containsOnly("READY DEVICE_CERTIFICATE");
            assertThat(of(fleet, verdicts, "authority-withheld"))
                    .containsOnly("CREDENTIAL_UNAVAILABLE DEVICE_CERTIFICATE");
            assertThat(verdicts).containsEntry("made-by-hand", "OFFLINE DEVICE_KEY");

            for (String id : fleet.devicesOf("blocked")) {
                assertThat(identity(fleet, id).getString("status")).isEqualTo("disabled");
            }
            for (String id : fleet.devicesOf("refused-id")) {
                assertThat(identity(fleet, id).getString("status")).isEqualTo("enabled");
            }
            assertThat(fleet.call(
                                    HttpMethod.GET,
                                    Service.PROVISIONING,
                                    RehearsalEstate.SOURCE_PROVISIONING_SERVICE,
                                    "/enrollmentGroups/retired",
                                    null)
                            .getString("provisioningStatus"))
                    .isEqualTo("disabled");
        }
    }

    /** Also the one whose key cannot be enrolled, as the target has another one under its id. */
    private void aPlanNamesThemAll(StagedFleet fleet) throws Exception {
        JsonObject keys = new JsonObject().put("type", "symmetricKey");
        JsonObject device = new JsonObject().put("template", RehearsalEstate.DEVICE_TEMPLATE);
        fleet.call(HttpMethod.PUT, Service.CENTRAL, RehearsalEstate.APPLICATION, "/api/devices/taken", device);
        fleet.call(
                HttpMethod.PUT,
                Service.CENTRAL,
                RehearsalEstate.APPLICATION,
                "/api/devices/taken/attestation",
                keys.copy()
                        .put(
                                "symmetricKey",
                                new JsonObject()
                                        .put("primaryKey", Base64.getEncoder().encodeToString(new byte[32]))
                                        .put("secondaryKey", Base64.getEncoder().encodeToString(new byte[48]))));
        fleet.call(
                HttpMethod.PUT,
                Service.PROVISIONING,
                RehearsalEstate.PROVISIONING_SERVICE,
                "/enrollments/taken",
                new JsonObject().put("registrationId", "taken").put("attestation", keys));
        String all =
                "--set=migration.source={ application: " + RehearsalEstate.APPLICATION + ", match: { id: \"*\" } }";
        long before = fleet.changes();

        Map<String, String> verdicts = verdicts(fleet.worker(work, "plan", "--output=csv", all));
        JsonObject json = new JsonObject(fleet.worker(work, "plan", "--output=json", "--credentials=none", all)
                .out());

        assertThat(fleet.changes()).isEqualTo(before);
        assertThat(verdicts).hasSize(fleet.scenario().devices() + 1);
        assertThat(of(fleet, verdicts, "ready")).containsOnly("READY GROUP_KEY");
        assertThat(of(fleet, verdicts, "inherited-move")).containsOnly("READY GROUP_KEY");
        assertThat(of(fleet, verdicts, "no-move")).containsOnly("NO_MOVE_COMMAND ");
        assertThat(of(fleet, verdicts, "no-template")).containsOnly("NO_TEMPLATE ");
        assertThat(of(fleet, verdicts, "simulated")).containsOnly("SIMULATED ");
        assertThat(of(fleet, verdicts, "blocked")).containsOnly("BLOCKED ");
        assertThat(of(fleet, verdicts, "refused-id")).containsOnly("ID_REFUSED_BY_DPS ");
        assertThat(of(fleet, verdicts, "certificate-withheld"))
                .containsOnly("CREDENTIAL_UNAVAILABLE DEVICE_CERTIFICATE");
        assertThat(verdicts).containsEntry("taken", "TARGET_HAS_OTHER_CREDENTIAL DEVICE_KEY");
        // IoT Central shows derived keys whatever a device comes with, and nobody's connection.
        assertThat(of(fleet, verdicts, "authority-withheld")).containsOnly("READY GROUP_KEY");
        assertThat(of(fleet, verdicts, "offline")).containsOnly("READY GROUP_KEY");
        assertThat(json.getJsonArray("rows")).hasSize(fleet.scenario().devices() + 1);
        assertThat(json.getJsonObject("verdicts").fieldNames())
                .containsExactlyInAnyOrder(
                        "READY", "NO_MOVE_COMMAND", "NO_TEMPLATE", "SIMULATED", "BLOCKED", "ID_REFUSED_BY_DPS");
        assertThat(json.getString("idScope")).startsWith("0ne");
        assertThat(json.getString("bindingLimit")).isEqualTo("CENTRAL_REST");
        assertThat(json.getDouble("devicesPerSecond")).isPositive();
        assertThat(json.getDouble("shortestSeconds")).isPositive().isLessThanOrEqualTo(json.getDouble("movingSeconds"));
        assertThat(json.getDouble("longestSeconds")).isGreaterThanOrEqualTo(json.getDouble("movingSeconds"));
        assertThat(json.getJsonArray("checks").encode())
                .contains("S1 with 1 unit", "symmetric-key enrollment groups", "as ARM has it");
        assertThat(json.getJsonArray("warnings").encode())
                .contains("credentials of 0 devices were looked at", "Plan with all credentials");
    }

    private static Map<String, String> verdicts(WorkerProgram.Ended plan) {
        assertThat(plan.code()).as(plan.err()).isZero();
        Map<String, String> verdicts = new HashMap<>();
        plan.out()
                .lines()
                .skip(1)
                .map(line -> line.replaceAll("\"[^\"]*\"", "").split(",", -1))
                .forEach(fields -> verdicts.put(fields[0], fields[2] + " " + fields[5]));
        return verdicts;
    }

    private static Set<String> of(StagedFleet fleet, Map<String, String> verdicts, String group) {
        assertThat(fleet.devicesOf(group)).isNotEmpty();
        return Arrays.stream(fleet.devicesOf(group))
                .map(id -> String.valueOf(verdicts.get(id)))
                .collect(Collectors.toSet());
    }

    private static int move(StagedFleet fleet, String id) {
        return fleet.move(id, fleet.direction().source(), fleet.direction().target());
    }

    private static JsonObject device(StagedFleet fleet, String id) {
        return central(fleet, "/api/devices/" + AzureRest.encoded(id));
    }

    private static JsonObject central(StagedFleet fleet, String path) {
        return fleet.call(HttpMethod.GET, Service.CENTRAL, RehearsalEstate.APPLICATION, path, null);
    }

    private static JsonObject identity(StagedFleet fleet, String id) {
        return fleet.call(
                HttpMethod.GET, Service.HUB, RehearsalEstate.SOURCE_HUB, "/devices/" + AzureRest.encoded(id), null);
    }

    private static String scenario() throws Exception {
        try (InputStream packaged = DefectsIT.class.getResourceAsStream("/scenarios/defects.yaml")) {
            return new String(packaged.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
