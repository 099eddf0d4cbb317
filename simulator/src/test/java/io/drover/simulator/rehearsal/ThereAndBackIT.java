package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.simulator.fleet.device.DevicePhase;
import io.drover.simulator.rehearsal.AzureRest.Service;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Devices of each direction moved and returned by commands, which look after their twins wherever they are. */
@Timeout(120)
class ThereAndBackIT {
    private static final String SCENARIO = """
            name: there-and-back
            devices: 6
            seed: 2
            timeCompression: 20
            deviceId: "truck-%03d"
            telemetryInterval: 200ms
            connectRate: 100
            twins: true
            groups:
              - { name: lean, weight: 3, behaviour: { type: obedient } }
              - { name: other, weight: 1, behaviour: { type: obedient }, engine: ENGINE }
            """;

    @TempDir
    Path data;

    @ParameterizedTest
    @EnumSource(Direction.class)
    void aDeviceThatMovedObeysAFurtherCommandAndIsBackWithWhatItOwned(Direction direction) throws Exception {
        try (StagedFleet fleet = new StagedFleet(direction, scenario(direction), data)) {
            // Given: devices that have taken over what the source wants of them
            fleet.start();
            fleet.enrollAtTarget();
            Site source = direction.source();
            Site target = direction.target();
            for (String id : devices(fleet)) {
                fleet.until(() -> acknowledges(fleet.twin(source, id), RehearsalTemplates.INTERVAL));
                JsonNode twin = fleet.twin(source, id);
                assertThat(twin.path("tags").path(RehearsalTemplates.CUSTOMER).asText())
                        .startsWith("customer-");
                assertThat(twin.path("reported").path("serialNumber").asText()).startsWith("SN-1");
            }

            // When
            for (String id : devices(fleet)) {
                assertThat(fleet.move(id, source, target)).isEqualTo(200);
            }

            // Then: they are there and nowhere else, and take over what the target wants
            fleet.until(() -> fleet.in(DevicePhase.TARGET) == devices(fleet).size());
            for (String id : devices(fleet)) {
                fleet.until(() -> fleet.truth(id).moved());
                assertThat(fleet.truth(id).stillAtSource()).isFalse();
                wish(fleet, target, id);
                fleet.until(() -> acknowledges(fleet.twin(target, id), RehearsalTemplates.THRESHOLD));
                assertThat(fleet.twin(target, id)
                                .path("reported")
                                .path("serialNumber")
                                .asText())
                        .isEqualTo(fleet.twin(source, id)
                                .path("reported")
                                .path("serialNumber")
                                .asText());
            }

            // When
            Instant returned = Instant.now();
            for (String id : devices(fleet)) {
                assertThat(fleet.move(id, target, source)).isEqualTo(200);
            }

            // Then
            fleet.until(() -> fleet.in(DevicePhase.SOURCE) == devices(fleet).size());
            for (String id : devices(fleet)) {
                fleet.until(() -> fleet.truth(id).stillAtSource()
                        && Instant.parse(fleet.line(id)
                                        .path("source")
                                        .path("lastTelemetryAt")
                                        .asText())
                                .isAfter(returned));
                JsonNode there = fleet.line(id).path("targets");
                there.forEach(each -> {
                    if (!each.path("hub").asText().startsWith(RehearsalEstate.SOURCE_HUB)) {
                        assertThat(each.path("connected").asBoolean()).as(id).isFalse();
                    }
                });
            }
        }
    }

    /** Microsoft's clients take their time, so they are in one direction only. */
    private static String scenario(Direction direction) {
        return SCENARIO.replace("ENGINE", direction == Direction.CENTRAL_TO_CENTRAL ? "azure-sdk" : "lean");
    }

    private static List<String> devices(StagedFleet fleet) {
        List<String> ids = new ArrayList<>(List.of(fleet.devicesOf("lean")));
        ids.addAll(List.of(fleet.devicesOf("other")));
        return ids;
    }

    private static boolean acknowledges(JsonNode twin, String property) {
        JsonNode answer = twin.path("reported").path(property);
        return answer.path("ac").asInt() == 200
                && answer.path("value").asDouble()
                        == twin.path("desired").path(property).asDouble(-1);
    }

    private static void wish(StagedFleet fleet, Site site, String id) {
        JsonObject desired = new JsonObject().put(RehearsalTemplates.THRESHOLD, 99.5);
        if (site.isCentral()) {
            fleet.call(
                    HttpMethod.PATCH,
                    Service.CENTRAL,
                    site.application(),
                    "/api/devices/" + id + "/properties",
                    desired);
        } else {
            fleet.call(
                    HttpMethod.PATCH,
                    Service.HUB,
                    site.hub(),
                    "/twins/" + id,
                    new JsonObject().put("properties", new JsonObject().put("desired", desired)));
        }
    }
}
