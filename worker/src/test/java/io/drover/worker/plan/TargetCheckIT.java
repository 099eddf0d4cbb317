package io.drover.worker.plan;

import static io.drover.worker.azure.ScriptedAzure.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.WorkerConfig.Registering;
import io.drover.worker.azure.AzureHttp;
import io.drover.worker.azure.ScriptedAzure;
import io.drover.worker.azure.arm.ArmClient;
import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.arm.ProvisioningResource;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.azure.x509.CertificatePair;
import io.drover.worker.azure.x509.ShownCertificate;
import io.drover.worker.plan.PlanCheck.Outcome;
import io.drover.worker.target.EnrollmentGroups;
import io.drover.worker.target.ProvisioningTarget;
import io.drover.worker.target.TargetEnrollment;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** What a plan finds out about the target's links and room. */
@TestInstance(Lifecycle.PER_CLASS)
class TargetCheckIT {
    private static final String HUB = "hub.example.test";

    private int groups;
    private String attestation;
    private String idScope;
    private List<TargetEnrollment> wanted;
    private int quotaStatus;
    private long devices;
    private long messages;
    private ScriptedAzure azure;
    private AzureHttp http;

    @BeforeAll
    void start() throws Exception {
        azure = new ScriptedAzure(this::answer);
        http = azure.http(ScriptedAzure.SECRET, new SimpleMeterRegistry());
    }

    @AfterAll
    void stop() {
        azure.close();
    }

    @BeforeEach
    void aHubOfTheFreeTierWithRoom() {
        groups = 3;
        attestation = "symmetricKey";
        idScope = "0ne1";
        wanted = List.of(new TargetEnrollment("g", "drover-g", null, false));
        quotaStatus = 200;
        devices = 10;
        messages = 0;
    }

    @Test
    void aTargetWithRoomHasNothingAgainstIt() throws Exception {
        assertThat(of(490, "Active", List.of())).hasSize(6).allMatch(check -> check.outcome() == Outcome.OK);
    }

    @Test
    void aHubThatTheDevicesDoNotFitIntoBlocks() throws Exception {
        devices = 450;

        assertThat(blocking(of(51, "Active", List.of())))
                .singleElement()
                .satisfies(check ->
                        assertThat(check.text()).contains("room for 50 devices").contains("51"));
        assertThat(blocking(of(50, "Active", List.of()))).isEmpty();
    }

    @Test
    void aHubWhoseMessagesOfTheDayAreUsedUpBlocks() throws Exception {
        messages = 8_000;

        assertThat(blocking(of(10, "Active", List.of())))
                .singleElement()
                .satisfies(check -> assertThat(check.text()).contains("midnight UTC"));
    }

    @Test
    void aServiceWithoutRoomForItsGroupsBlocks() throws Exception {
        groups = 100;

        assertThat(blocking(of(10, "Active", List.of())))
                .singleElement()
                .satisfies(check ->
                        assertThat(check.text()).startsWith("100 of 100").contains("1 to come"));
    }

    @Test
    void groupsWithCertificatesHaveALimitOfTheirOwn() throws Exception {
        groups = 100;
        attestation = "x509";
        CertificatePair signing = CertificatePair.of(ShownCertificate.of("0".repeat(40)), Optional.empty())
                .orElseThrow();

        assertThat(blocking(of(10, "Active", List.of()))).isEmpty();

        wanted = List.of(new TargetEnrollment("plant", "drover-plant", null, signing, false, false));
        assertThat(blocking(of(10, "Active", List.of())))
                .singleElement()
                .satisfies(check ->
                        assertThat(check.text()).startsWith("100 of 100 X.509").contains("1 to come"));
    }

    @Test
    void aServiceWithoutAnIdScopeBlocks() throws Exception {
        idScope = " ";

        assertThat(blocking(of(10, "Active", List.of())))
                .singleElement()
                .satisfies(check -> assertThat(check.text()).contains("no ID scope in ARM"));
    }

    @Test
    void aServiceThatIsNotActiveBlocks() throws Exception {
        assertThat(blocking(of(10, "Suspended", List.of())))
                .singleElement()
                .satisfies(check -> assertThat(check.text()).contains("Suspended"));
    }

    @Test
    void aHubThatTheAllocationPassesOverIsWorthAWarning() throws Exception {
        assertThat(of(10, "Active", List.of(HUB)))
                .filteredOn(check -> check.outcome() == Outcome.WARNING)
                .singleElement()
                .satisfies(check -> assertThat(check.subject()).isEqualTo(HUB));
    }

    @Test
    void quotaMetricsThatAreForbiddenAreAWarningAndNoFailure() throws Exception {
        quotaStatus = 403;

        assertThat(of(10, "Active", List.of()))
                .filteredOn(check -> check.outcome() == Outcome.WARNING)
                .singleElement()
                .satisfies(check -> assertThat(check.text()).contains("Reader"));
    }

    private static List<PlanCheck> blocking(List<PlanCheck> checks) {
        return checks.stream()
                .filter(check -> check.outcome() == Outcome.BLOCKING)
                .toList();
    }

    private List<PlanCheck> of(long movable, String state, List<String> unallocated) throws Exception {
        ProvisioningResource service = new ProvisioningResource(
                "/dps", "dps", idScope, "dps.example.test", "global", List.of(HUB), state, unallocated);
        HubResource hub = new HubResource("/hub", "hub", HUB, "F1", 1, "sb://e/", "hub", List.of("0"), "Active");
        ProvisioningTarget target = new ProvisioningTarget(
                service,
                new DpsClient(http, "dps.example.test", "https://dps.example.test"),
                List.of(hub),
                List.of(),
                wanted,
                new EnrollmentGroups(new DpsClient(http, "dps.example.test", "https://dps.example.test"), null, "dps"),
                Registering.ENROLLMENT);
        return await(new TargetCheck(new ArmClient(http, "https://arm.example.test"), target).of(movable));
    }

    private void answer(HttpServerRequest request) {
        if (request.path().equals("/enrollmentGroups/query")) {
            JsonArray page = new JsonArray();
            for (int i = 0; i < groups; i++) {
                page.add(new JsonObject()
                        .put("enrollmentGroupId", "g" + i)
                        .put("attestation", new JsonObject().put("type", attestation)));
            }
            request.response().end(page.toBuffer());
            return;
        }
        assertThat(request.path()).isEqualTo("/hub/quotaMetrics");
        JsonArray metrics = new JsonArray()
                .add(metric("TotalMessages", messages, 8_000))
                .add(metric("TotalDeviceCount", devices, 500));
        request.response()
                .setStatusCode(quotaStatus)
                .end(new JsonObject().put("value", metrics).toBuffer());
    }

    private static JsonObject metric(String name, long current, long most) {
        return new JsonObject().put("name", name).put("currentValue", current).put("maxValue", most);
    }
}
