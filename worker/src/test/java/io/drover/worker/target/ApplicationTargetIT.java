package io.drover.worker.target;

import static io.drover.worker.azure.ScriptedAzure.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.DeviceKeys;
import io.drover.worker.azure.GroupKeys;
import io.drover.worker.azure.arm.CentralApplication;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.DeviceTemplate;
import io.drover.worker.azure.central.DeviceTemplate.TelemetryName;
import io.drover.worker.azure.central.MoveCommand;
import io.drover.worker.azure.central.ScriptedApplication;
import io.drover.worker.device.DeviceKey;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.FailureReason;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An application as a target over HTTPS: who is made there, what is left alone, whose enrollment group is taken. */
class ApplicationTargetIT {
    private static final String TEMPLATE = "dtmi:example:Truck;2";
    private static final GroupKeys KEYS =
            new GroupKeys("cHJpbWFyeS1rZXktb2YtdHJ1Y2tz", "c2Vjb25kYXJ5LWtleS1vZi10cnVja3M=");
    private static final GroupKeys OTHER =
            new GroupKeys("YW5vdGhlci1wcmltYXJ5LWtleQ==", "YW5vdGhlci1zZWNvbmRhcnkta2V5");

    private static final Vertx VERTX = Vertx.vertx();

    private static ScriptedApplication application;

    @BeforeAll
    static void startApplication() throws Exception {
        application = new ScriptedApplication();
    }

    @AfterAll
    static void stopApplication() throws Exception {
        application.close();
        await(VERTX.close());
    }

    @BeforeEach
    void open() {
        application.reset();
    }

    @Test
    void aDeviceIsMadeOfTheTargetsTemplateUnderItsNameAndRepeatingChangesNothing() throws Exception {
        ApplicationTarget target = target(List.of());

        Map<String, FailureReason> refused = await(target.admit(rows("truck-1", "truck-2")));
        await(target.admit(rows("truck-1", "truck-2")));

        assertThat(refused).isEmpty();
        assertThat(application.devices.keySet()).containsExactly("truck-1", "truck-2");
        assertThat(application.devices.get("truck-1"))
                .isEqualTo(new JsonObject()
                        .put("id", "truck-1")
                        .put("displayName", "Name of truck-1")
                        .put("template", TEMPLATE)
                        .put("enabled", true)
                        .put("simulated", false)
                        .put("provisioned", false));
        assertThat(asked("PUT ")).hasSize(2);
    }

    @Test
    void whatIsThereStaysAsItIsButGetsATemplateWhenItHasNone() throws Exception {
        application.add("unassigned", null, false);
        application.add("of-another", "dtmi:example:Van;1", true);
        application.add("simulated", TEMPLATE, false);
        application.devices.get("simulated").put("simulated", true);
        application.add("disabled", TEMPLATE, false);
        application.devices.get("disabled").put("enabled", false);
        application.invalid.add("turned-down");
        ApplicationTarget target = target(List.of());
        List<DeviceRow> page = rows("unassigned", "of-another", "simulated", "disabled", "turned-down");

        assertThat(await(target.provisioned(page))).containsExactly("of-another");
        Map<String, FailureReason> refused = await(target.admit(page));

        assertThat(refused)
                .isEqualTo(Map.of(
                        "simulated", FailureReason.SIMULATED,
                        "disabled", FailureReason.BLOCKED,
                        "turned-down", FailureReason.NOT_ADMITTED));
        assertThat(application.devices.get("unassigned").getString("template")).isEqualTo(TEMPLATE);
        assertThat(application.devices.get("of-another").getString("template")).isEqualTo("dtmi:example:Van;1");
        assertThat(asked("PUT ")).singleElement().asString().contains("/turned-down");
        assertThat(asked("GET ")).as("each is looked at once").hasSize(5);
    }

    @Test
    void anApplicationThatFailsIsNoDevicesFault() {
        application.puts.set(0);

        assertThatThrownBy(() -> await(target(List.of()).admit(rows("truck-1"))))
                .hasRootCauseInstanceOf(AzureException.class)
                .hasMessageContaining("500");
    }

    @Test
    void aCredentialOfItsOwnIsGivenToADeviceThatHasNoneThere() throws Exception {
        DeviceAttestation own = DeviceAttestation.of(new DeviceKeys(KEYS.primary(), KEYS.secondary()));
        DeviceAttestation theirs = DeviceAttestation.of(new DeviceKeys(OTHER.primary(), OTHER.secondary()));
        application.attestations.put("same", own.toJson());
        application.attestations.put("other", theirs.toJson());
        application.invalid.add("turned-down");

        Map<String, FailureReason> refused = await(
                target(List.of()).enroll(Map.of("new", own, "same", own, "other", own, "turned-down", own), Map.of()));

        assertThat(refused)
                .isEqualTo(Map.of(
                        "other", FailureReason.TARGET_HAS_OTHER_CREDENTIAL,
                        "turned-down", FailureReason.ENROLLMENT_REFUSED));
        assertThat(application.attestations)
                .isEqualTo(Map.of("new", own.toJson(), "same", own.toJson(), "other", theirs.toJson()));
        assertThat(asked("PUT ")).hasSize(2);
    }

    @Test
    void theIdScopeIsReadFromTheFirstDeviceThatIsAdmittedAndFromNoneThatIsMadeForIt() throws Exception {
        ApplicationTarget target = target(List.of());

        assertThatThrownBy(() -> await(target.moveTarget())).hasMessageContaining("no device yet");
        assertThat(application.devices).isEmpty();
        await(target.admit(rows("truck-1")));
        Map<String, Object> fields = await(target.moveTarget()).fields("dtmi:example:Truck;1");
        await(target.moveTarget());

        assertThat(fields)
                .isEqualTo(Map.of(
                        "idScope", "0ne00C0FFEE",
                        "centralAppName", "target",
                        "centralAppSubdomain", "app",
                        "deviceTemplateId", TEMPLATE));
        assertThat(MoveCommand.DOCUMENTED.payload(fields)).isEqualTo(new JsonObject(fields));
        assertThat(asked("/credentials")).hasSize(1);
    }

    @Test
    void anEnrollmentGroupIsMadeOnceWithTheSourcesKeys() throws Exception {
        TargetEnrollment wanted = await(counterpart());

        await(target(List.of(wanted)).ensureEnrollments());
        await(target(List.of(wanted)).ensureEnrollments());

        assertThat(wanted.present()).isFalse();
        assertThat(application.groups.keySet()).containsExactly("drover-source-dps-trucks");
        assertThat(application.groups.get("drover-source-dps-trucks").getJsonObject("attestation"))
                .isEqualTo(attestation(KEYS));
        assertThat(asked("PUT ")).hasSize(1);
    }

    @Test
    void theGroupThatHasTheKeysIsTakenWhateverItsIdAndNoneIsChanged() throws Exception {
        add("SAS-IoT-Devices", KEYS, true);

        TargetEnrollment found = await(counterpart());
        await(target(List.of(found)).ensureEnrollments());

        assertThat(found.targetGroup()).isEqualTo("SAS-IoT-Devices");
        assertThat(found.present()).isTrue();
        assertThat(asked("PUT ")).isEmpty();
    }

    @Test
    void aGroupThatTookTheKeysSinceThePlanIsTakenAtApply() throws Exception {
        TargetEnrollment planned = await(counterpart());
        add("made-meanwhile", KEYS, true);

        await(target(List.of(planned)).ensureEnrollments());

        assertThat(application.groups.keySet()).containsExactly("made-meanwhile");
    }

    @Test
    void aGroupThatWouldRefuseTheDevicesStopsTheMigration() {
        add("drover-source-dps-trucks", OTHER, true);
        assertThatThrownBy(() -> await(counterpart())).hasMessageContaining("other keys than the source's");

        application.groups.clear();
        add("theirs", KEYS, false);
        assertThatThrownBy(() -> await(counterpart())).hasMessageContaining("disabled");

        application.groups.clear();
        add("half", new GroupKeys(KEYS.primary(), OTHER.secondary()), true);
        assertThatThrownBy(() -> await(counterpart())).hasMessageContaining("takes no key twice");
        assertThat(asked("PUT ")).isEmpty();
    }

    private Future<TargetEnrollment> counterpart() {
        CentralClient client = application.client();
        return client.enrollmentGroups()
                .compose(there -> ApplicationAuthoritiesIT.enrollments(
                                VERTX, client, "source-dps", Duration.ofMinutes(1))
                        .counterpart(there, "Trucks", KEYS));
    }

    private ApplicationTarget target(List<TargetEnrollment> enrollments) {
        CentralClient client = application.client();
        DeviceTemplate template = new DeviceTemplate(
                TEMPLATE, "Truck", Optional.of(MoveCommand.DOCUMENTED), List.of(new TelemetryName(null, "speed")));
        return new ApplicationTarget(
                new CentralApplication("target", "app", "Target", "a-1", "created"),
                client,
                new TemplateMap(Map.of(TEMPLATE, template), TEMPLATE),
                ApplicationAuthoritiesIT.enrollments(VERTX, client, "source-dps", Duration.ofMinutes(1)),
                enrollments,
                id -> Future.succeededFuture("Name of " + id),
                null,
                List.of());
    }

    private void add(String id, GroupKeys keys, boolean enabled) {
        application.groups.put(
                id,
                new JsonObject()
                        .put("id", id)
                        .put("displayName", id)
                        .put("enabled", enabled)
                        .put("type", "iot")
                        .put("attestation", attestation(keys)));
    }

    private static JsonObject attestation(GroupKeys keys) {
        return new JsonObject().put("type", "symmetricKey").put("symmetricKey", keys.toJson());
    }

    private List<String> asked(String part) {
        return new ArrayList<>(application.azure.asked)
                .stream().filter(call -> call.contains(part)).toList();
    }

    private static List<DeviceRow> rows(String... ids) {
        return Stream.of(ids)
                .map(id -> DeviceRow.discovered(
                        new DeviceKey(1, id),
                        new DiscoveredDevice(id, "dtmi:example:Truck;1", null),
                        Instant.parse("2026-11-25T00:00:00Z")))
                .toList();
    }
}
