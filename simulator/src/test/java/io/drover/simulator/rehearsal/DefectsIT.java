package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.simulator.rehearsal.AzureRest.Service;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged scenario of defects, as the services show them to whoever plans a migration. */
@Timeout(120)
class DefectsIT {
    @TempDir
    Path data;

    @Test
    void anApplicationShowsEachDefect() throws Exception {
        try (StagedFleet fleet = new StagedFleet(Direction.CENTRAL_TO_HUB, scenario(), data)) {
            fleet.start();
            fleet.enrollAtTarget();

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
