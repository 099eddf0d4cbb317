package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worker's jar tells which rights its principal has, before anything is changed; and it works with keys instead of Entra. */
class WorkerPermissionsIT {
    private static final String POOR = "c0c0c0c0-0000-0000-0000-000000000005";
    private static final String MEMBER = "c0c0c0c0-0000-0000-0000-000000000006";
    private static final String READER = "c0c0c0c0-0000-0000-0000-000000000007";

    @TempDir
    static Path data;

    private static RunningCloud cloud;

    @TempDir
    Path directory;

    @BeforeAll
    static void startCloud() throws Exception {
        cloud = new RunningCloud(data);
        cloud.addDevice("truck-1");
        cloud.addToEstate(new JsonObject()
                .put("tenantId", RunningCloud.TENANT)
                .put(
                        "servicePrincipals",
                        new JsonArray()
                                .add(principal(POOR, "arm.reader", "hub.reader", "central.administrator"))
                                .add(principal(
                                        MEMBER, "arm.reader", "arm.listkeys", "hub.contributor", "dps.contributor"))
                                .add(principal(READER, "arm.reader"))));
        JsonObject administrator = new JsonObject().put("role", "ca310b8d-2f4a-44e0-a36e-957c202cd8d4");
        cloud.central(
                HttpMethod.PUT,
                "/api/users/worker",
                new JsonObject()
                        .put("type", "servicePrincipal")
                        .put("tenantId", RunningCloud.TENANT)
                        .put("objectId", MEMBER)
                        .put("roles", new JsonArray().add(administrator)));
    }

    private static JsonObject principal(String clientId, String... roles) {
        return new JsonObject()
                .put("clientId", clientId)
                .put("clientSecret", RunningCloud.SECRET)
                .put("roles", new JsonArray(List.of(roles)));
    }

    @AfterAll
    static void stopCloud() throws Exception {
        cloud.stop();
    }

    @Test
    void everyMissingRightIsNamedAtOnceAndApplyRefusesBeforeItTouchesAnything() throws Exception {
        configure(POOR, "", "");

        WorkerProgram.Ended plan = run("plan", "--output", "json");
        WorkerProgram.Ended apply = run("apply");

        assertThat(plan.code()).isEqualTo(1);
        assertThat(verdicts(plan))
                .containsEntry("READ_ENROLLMENT_GROUPS", "MISSING")
                .containsEntry("CREATE_ENROLLMENT_GROUPS", "MISSING")
                .containsEntry("LIST_HUB_KEYS", "MISSING")
                .containsEntry("QUERY_HUB", "GRANTED")
                .containsEntry("READ_CENTRAL_KEYS", "GRANTED");
        assertThat(apply.code()).isEqualTo(1);
        assertThat(apply.err())
                .contains("Rights are missing, and nothing was done")
                .contains("DPS: create enrollment groups at target-dps needs Device Provisioning Service Data")
                .contains("ARM: list the target hub's keys at target-hub needs a custom role")
                .doesNotContain("query devices");
        assertThat(directory.resolve("ledger.db")).doesNotExist();
        assertThat(cloud.targetEnrollmentGroups()).isEmpty();
    }

    @Test
    void aPrincipalWithAllRolesIsGrantedAllAndItsRolesInTheApplicationAreFoundByItsObjectId() throws Exception {
        configure(MEMBER, "", "  objectId: " + MEMBER + "\n");

        WorkerProgram.Ended plan = run("plan", "--output", "json");
        WorkerProgram.Ended table = run("plan");

        assertThat(plan.code()).as(plan.err()).isZero();
        assertThat(verdicts(plan))
                .containsKeys(
                        "EXECUTE_COMMANDS",
                        "READ_REGISTRATIONS",
                        "READ_CENTRAL_CREDENTIALS",
                        "READ_ENROLLMENTS",
                        "CREATE_ENROLLMENTS");
        assertThat(verdicts(plan).values()).containsOnly("GRANTED");
        assertThat(table.out())
                .contains("Permissions:")
                .contains("granted  IoT Central: execute commands at source-app");
    }

    @Test
    void withoutItsObjectIdTheRightToCommandStaysUnknown() throws Exception {
        configure(MEMBER, "", "");

        WorkerProgram.Ended table = run("plan");

        assertThat(table.code()).as(table.err()).isZero();
        assertThat(table.out()).contains("unknown  IoT Central: execute commands at source-app: give entra.objectId");
    }

    @Test
    void withKeysOfTheServicesEntraIsForTheResourceManagerAlone() throws Exception {
        JsonObject rights = new JsonObject()
                .put("rights", new JsonArray(List.of("EnrollmentRead", "EnrollmentWrite", "RegistrationStatusRead")));
        String dps = cloud.control(HttpMethod.PUT, "/control/provisioning-services/target-dps/policies/drover", rights)
                .bodyAsJsonObject()
                .getString("primaryKey");
        String token = cloud.central(
                        HttpMethod.PUT,
                        "/api/apiTokens/drover",
                        new JsonObject()
                                .put(
                                        "roles",
                                        new JsonArray()
                                                .add(new JsonObject()
                                                        .put("role", "ca310b8d-2f4a-44e0-a36e-957c202cd8d4"))))
                .bodyAsJsonObject()
                .getString("token");
        Files.writeString(directory.resolve("token.txt"), token);
        String hub = cloud.targetHubConnectionString("iothubowner").replaceAll(".*;SharedAccessKey=", "");
        configure(READER, """
                access:
                  hubs: [ { name: target-hub, policy: iothubowner, key: { env: HUB_KEY } } ]
                  provisioningServices: [ { name: target-dps, policy: drover, key: { env: DPS_KEY } } ]
                  applications: [ { name: source-app, token: { file: token.txt } } ]
                """, "");
        Map<String, String> environment =
                Map.of(RunningCloud.SECRET_VARIABLE, RunningCloud.SECRET, "HUB_KEY", hub, "DPS_KEY", dps);

        WorkerProgram.Ended plan =
                new WorkerProgram(directory).run(environment, "plan", "--config", "drover.yaml", "--output", "json");

        assertThat(plan.code()).as(plan.err()).isZero();
        assertThat(verdicts(plan))
                .containsEntry("READ_ENROLLMENT_GROUPS", "GRANTED")
                .containsEntry("CREATE_ENROLLMENT_GROUPS", "UNKNOWN")
                .containsEntry("QUERY_HUB", "GRANTED")
                .containsEntry("EXECUTE_COMMANDS", "GRANTED")
                .doesNotContainKey("LIST_HUB_KEYS");
        assertThat(plan.out())
                .contains("The policy iothubowner of target-hub may do everything there")
                .contains("policy drover must have the right EnrollmentWrite")
                .doesNotContain(dps)
                .doesNotContain(hub)
                .doesNotContain(token);

        WorkerProgram.Ended apply = new WorkerProgram(directory).run(environment, "apply", "--config", "drover.yaml");

        assertThat(apply.code()).as(apply.err()).isEqualTo(2);
        assertThat(cloud.targetEnrollmentGroups())
                .as("created with the policy's key")
                .hasSize(1);
        assertThat(Files.readString(directory.resolve("err.txt"))).doesNotContain(dps);
        cloud.targetDps(
                HttpMethod.DELETE,
                "/enrollmentGroups/" + cloud.targetEnrollmentGroups().get(0),
                null);
        theWayBackAndTheCleanupAreRefusedWithoutTheirRights();
    }

    /** Of a migration that is finished in this ledger. */
    private void theWayBackAndTheCleanupAreRefusedWithoutTheirRights() throws Exception {
        configure(POOR, "", "");
        WorkerProgram.Ended failback = run("failback");
        WorkerProgram.Ended looked = run("cleanup", "--after=7d", "--dry-run");
        configure(READER, "", "");
        WorkerProgram.Ended cleanup = run("cleanup", "--after=7d", "--confirm=trial");

        assertThat(failback.code()).isEqualTo(1);
        assertThat(failback.err())
                .contains("Rights are missing, and nothing was done")
                .contains("hub: invoke direct methods at target-hub needs IoT Hub Data Contributor")
                .doesNotContain("enrollment");
        assertThat(looked.code()).as(looked.err()).isZero();
        assertThat(cleanup.code()).isEqualTo(1);
        assertThat(cleanup.err())
                .contains("hub: query devices at target-hub needs")
                .contains("IoT Central: read device templates at source-app needs");
        assertThat(run("audit").out()).doesNotContain("failback").doesNotContain("cleanup");
    }

    private static Map<String, String> verdicts(WorkerProgram.Ended plan) {
        // One object over several lines when devices are planned.
        String json = Arrays.stream(plan.out().split("\n", -1))
                .dropWhile(line -> !line.startsWith("{"))
                .collect(Collectors.joining("\n"));
        return new JsonObject(json)
                .getJsonArray("permissions").stream()
                        .map(JsonObject.class::cast)
                        .collect(Collectors.toMap(
                                check -> check.getString("call"),
                                check -> check.getString("verdict"),
                                (one, other) -> one.equals(other) ? one : one + " and " + other));
    }

    private void configure(String clientId, String access, String more) throws Exception {
        String signIn = """
                  tenant: %s
                  clientId: %s
                  clientSecret: { env: %s }
                """.formatted(RunningCloud.TENANT, clientId, RunningCloud.SECRET_VARIABLE) + more;
        Files.writeString(directory.resolve("drover.yaml"), cloud.workerConfiguration(signIn.stripTrailing()) + access);
    }

    private WorkerProgram.Ended run(String verb, String... more) throws Exception {
        String[] arguments = Stream.concat(Stream.of(verb, "--config", "drover.yaml"), Arrays.stream(more))
                .toArray(String[]::new);
        return new WorkerProgram(directory).run(Map.of(RunningCloud.SECRET_VARIABLE, RunningCloud.SECRET), arguments);
    }
}
