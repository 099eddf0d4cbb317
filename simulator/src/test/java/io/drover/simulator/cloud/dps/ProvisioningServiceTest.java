package io.drover.simulator.cloud.dps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.simulator.cloud.TurnedClock;
import io.drover.simulator.cloud.hub.DeviceCredential;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubSku;
import io.drover.simulator.cloud.hub.InitialTwin;
import io.drover.simulator.cloud.hub.Twin;
import io.drover.simulator.cloud.sas.SasToken;
import io.drover.simulator.cloud.sas.SymmetricKey;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProvisioningServiceTest {
    private final TurnedClock clock = new TurnedClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final Random random = new Random(1);
    private final Hub east = new Hub("east.azure-devices.test", HubSku.S1, 1, clock, random);
    private final Hub west = new Hub("west.azure-devices.test", HubSku.S1, 1, clock, random);
    private final SymmetricKey keys = SymmetricKey.generate(random);
    private final ProvisioningService service =
            new ProvisioningService("target-dps", "0ne000000AA", List.of(east), clock, Duration.ofMillis(200), random);

    @Test
    void aRegisteredDeviceIsAssigningThenAssignedAndExistsAtTheHubWithItsDerivedKey() {
        service.put(
                new EnrollmentGroup(
                        "moved",
                        keys,
                        true,
                        AllocationPolicy.HASHED,
                        List.of(),
                        ReprovisionPolicy.DEFAULT,
                        new InitialTwin(new JsonObject().put("fleet", "trucks"), null),
                        false,
                        null,
                        null,
                        null),
                null);

        Registration first = service.register("Truck-1", DeviceProof.of(token("Truck-1", keys)), null);

        assertThat(service.statusOf(first)).isEqualTo(RegistrationStatus.ASSIGNING);
        clock.advance(Duration.ofMillis(200));
        Registration polled = service.poll("Truck-1", DeviceProof.of(token("Truck-1", keys)), first.operationId());
        assertThat(service.statusOf(polled)).isEqualTo(RegistrationStatus.ASSIGNED);
        assertThat(polled.assignedHub()).isEqualTo("east.azure-devices.test");
        assertThat(polled.substatus()).isEqualTo(RegistrationSubstatus.INITIAL_ASSIGNMENT);
        assertThat(east.device("Truck-1")).hasValueSatisfying(device -> {
            assertThat(device.credential().symmetricKey()).isEqualTo(keys.derive("Truck-1"));
            assertThat(device.twin().tags().getString("fleet")).isEqualTo("trucks");
        });
    }

    @Test
    void aDeviceForAFullHubFailsToRegisterAndKeepsTheIdentityItHad() {
        service.put(EnrollmentGroup.of("moved", keys), null);
        service.register("late", DeviceProof.of(token("late", keys)), null);
        Hub full = new Hub("full.azure-devices.test", HubSku.F1, 1, clock, random);
        for (int i = 0; i < HubSku.F1.maxIdentities(); i++) {
            full.create("taken-" + i, new DeviceCredential(keys));
        }
        service.gate((registrationId, payload) -> RegistrationGate.Decision.assign(full));
        clock.advance(Duration.ofMinutes(1));

        Registration refused = service.register("late", DeviceProof.of(token("late", keys)), null);

        clock.advance(Duration.ofMillis(200));
        assertThat(service.statusOf(refused)).isEqualTo(RegistrationStatus.FAILED);
        assertThat(refused.errorMessage()).contains("full.azure-devices.test", "500 devices");
        assertThat(full.device("late")).isEmpty();
        assertThat(east.device("late")).isPresent();
    }

    @Test
    void registeringAgainKeepsTheFirstAssignmentTime() {
        service.put(EnrollmentGroup.of("moved", keys), null);
        Registration first = service.register("a", DeviceProof.of(token("a", keys)), null);
        clock.advance(Duration.ofMinutes(1));

        Registration second = service.register("A", DeviceProof.of(token("A", keys)), null);

        assertThat(second.substatus()).isEqualTo(RegistrationSubstatus.REPROVISIONED_TO_INITIAL_ASSIGNMENT);
        assertThat(second.assignedAt()).isEqualTo(first.assignedAt());
        assertThat(second.deviceId()).isEqualTo("a");
        assertThat(second.operationId()).isNotEqualTo(first.operationId());
    }

    @Test
    void aDeviceWhoseHubChangesTakesItsTwinAlong() {
        service.put(EnrollmentGroup.of("moved", keys), null);
        service.register("a", DeviceProof.of(token("a", keys)), null);
        east.device("a").orElseThrow().twin().patchTags(new JsonObject().put("kept", true));
        east.device("a").orElseThrow().twin().patchDesired(new JsonObject().put("speed", 3), clock.instant());
        east.device("a").orElseThrow().twin().patchReported(new JsonObject().put("speed", 2), clock.instant());
        clock.advance(Duration.ofMinutes(1));
        service.link(west);
        EnrollmentGroup group = service.group("moved").orElseThrow();
        service.put(
                new EnrollmentGroup(
                        "moved",
                        keys,
                        true,
                        AllocationPolicy.STATIC,
                        List.of(west.hostName()),
                        ReprovisionPolicy.DEFAULT,
                        null,
                        false,
                        null,
                        null,
                        null),
                group.etag());

        Registration moved = service.register("a", DeviceProof.of(token("a", keys)), null);

        assertThat(moved.substatus()).isEqualTo(RegistrationSubstatus.DEVICE_DATA_MIGRATED);
        assertThat(east.device("a")).isEmpty();
        Twin arrived = west.device("a").orElseThrow().twin();
        assertThat(arrived.tags().getBoolean("kept")).isTrue();
        assertThat(arrived.properties(false).getJsonObject("desired").getInteger("speed"))
                .isEqualTo(3);
        assertThat(arrived.properties(false).getJsonObject("reported").getInteger("speed"))
                .isEqualTo(2);
    }

    @Test
    void hashedAllocationSpreadsDevicesOverTheLinkedHubs() {
        service.link(west);
        service.put(EnrollmentGroup.of("moved", keys), null);

        for (int i = 0; i < 1_000; i++) {
            service.register("truck-" + i, DeviceProof.of(token("truck-" + i, keys)), null);
        }

        assertThat((int) east.devices().count()).isBetween(400, 600);
        assertThat((int) west.devices().count())
                .isEqualTo(1_000 - (int) east.devices().count());
    }

    @Test
    void theGateVetoesWithTheDocumentedCustomAllocationError() {
        service.put(EnrollmentGroup.of("moved", keys), null);
        service.gate((id, payload) -> RegistrationGate.Decision.customAllocationFailed(404));

        Registration refused = service.register("a", DeviceProof.of(token("a", keys)), null);
        clock.advance(Duration.ofSeconds(1));

        assertThat(service.statusOf(refused)).isEqualTo(RegistrationStatus.FAILED);
        assertThat(refused.errorCode()).isEqualTo(400207);
        assertThat(refused.errorMessage()).isEqualTo("Custom allocation failed with status code: 404");
        assertThat(east.device("a")).isEmpty();
    }

    @Test
    void aTokenThatIsExpiredForAnotherDeviceOrSignedWithAnotherKeyIsUnauthorized() {
        service.put(EnrollmentGroup.of("moved", keys), null);

        refuses(ProvisioningError.UNAUTHORIZED, () -> service.register("a", DeviceProof.of(token("b", keys)), null));
        SymmetricKey other = SymmetricKey.generate(random);
        refuses(ProvisioningError.UNAUTHORIZED, () -> service.register("a", DeviceProof.of(token("a", other)), null));
        SasToken old = token("a", keys);
        clock.advance(Duration.ofHours(2));
        refuses(ProvisioningError.UNAUTHORIZED, () -> service.register("a", DeviceProof.of(old), null));
        refuses(
                ProvisioningError.INVALID_REGISTRATION_ID,
                () -> service.register("a b", DeviceProof.of(token("a b", keys)), null));
    }

    @Test
    void groupsAreGuardedByEtags() {
        EnrollmentGroup created = service.put(EnrollmentGroup.of("moved", keys), null);

        refuses(ProvisioningError.ENROLLMENT_EXISTS, () -> service.put(EnrollmentGroup.of("moved", keys), null));
        refuses(ProvisioningError.ETAG_MISMATCH, () -> service.put(EnrollmentGroup.of("moved", keys), "\"other\""));
        EnrollmentGroup updated = service.put(EnrollmentGroup.of("Moved", keys), '"' + created.etag() + '"');
        refuses(ProvisioningError.ETAG_MISMATCH, () -> service.delete("moved", created.etag()));
        service.delete("moved", updated.etag());
        assertThat(service.group("moved")).isEmpty();
        refuses(ProvisioningError.ENROLLMENT_NOT_FOUND, () -> service.delete("moved", null));
    }

    private SasToken token(String id, SymmetricKey groupKeys) {
        return SasToken.parse(SasToken.sign(
                        service.idScope() + "/registrations/" + id,
                        groupKeys.derive(id).primary(),
                        clock.instant().plus(Duration.ofHours(1)),
                        "registration"))
                .orElseThrow();
    }

    private static void refuses(ProvisioningError error, Runnable request) {
        assertThatThrownBy(request::run)
                .isInstanceOfSatisfying(
                        ProvisioningException.class,
                        refusal -> assertThat(refusal.error()).isEqualTo(error));
    }
}
