package io.drover.simulator.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.simulator.contract.RecordedContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Prometheus watches a rehearsal in which one thing after the other goes wrong: each alert fires for its cause and clears without it, and
 * every query of dashboards and rules is valid and returns data. The tests are the acts of that one rehearsal, in their order.
 */
@Timeout(240)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PrometheusIT {
    private static final String CLOUD = "9460";
    private static final String FLEET = "9461";
    private static final String JOB = "drover-worker";
    private static final Duration PATIENCE = Duration.ofSeconds(80);
    private static final String RECORDING = "exchanges.ndjson";
    private static final int DEVICES = 300;
    private static final String SCENARIO = """
            name: alerts
            devices: %d
            seed: 3
            timeCompression: 60
            deviceId: "truck-%%06d"
            telemetryInterval: 1s
            connectRate: 100
            groups:
              - { name: obedient, weight: 80, behaviour: { type: obedient } }
              - { name: refusing, weight: 10, behaviour: { type: refuses, status: 403 } }
              - { name: double, weight: 8, behaviour: { type: moves-and-stays } }
              - { name: away, weight: 2, behaviour: { type: offline } }
            """;
    private static final String[] SETTINGS = {
        "--set=azure.timeCompression=60",
        "--set=ledger={ url: \"jdbc:sqlite:state/ledger.db\" }",
        "--set=migration.attempts=1",
        "--set=migration.deadlines.offline=1h",
        "--set=migration.rollout.rate.max=3/s"
    };

    @TempDir
    static Path folder;

    private static ComposedPrograms programs;
    private static PrometheusServer prometheus;
    private static QueryWatch queries;
    private static Process worker;

    @BeforeAll
    static void watch() throws Exception {
        programs = new ComposedPrograms(folder, DEVICES);
        prometheus = PrometheusServer.start(folder.resolve("prometheus"), programs);
        Map<String, String> all = new TreeMap<>();
        for (Map.Entry<String, String> query : Dashboards.expressions().entrySet()) {
            all.put(query.getKey(), PrometheusServer.compressed(Dashboards.interpolated(query.getValue(), "5s")));
        }
        queries = new QueryWatch(prometheus, all);
        Files.writeString(folder.resolve("alerts.yaml"), SCENARIO.formatted(DEVICES));
    }

    @AfterAll
    static void stop() throws Exception {
        if (programs == null) {
            return;
        }
        queries.close();
        programs.stop();
        prometheus.stop();
        RecordedContract.hold(folder.resolve(RECORDING));
    }

    @Test
    @Order(1)
    void devicesThatCannotSignInLeaveTheFleetBehindItsRamp() throws Exception {
        programs.start("cloud", "--time-compression=60", "--record=" + folder.resolve(RECORDING));
        programs.awaitReady("cloud", CLOUD);
        programs.fault("no-sign-in", "{\"fault\":\"connack-unavailable\",\"service\":\"dps-mqtt\",\"count\":0}");
        programs.start("fleet", "--scenario=alerts.yaml");
        fires("DroverFleetBehind", Map.of("job", "drover-fleet"));

        programs.mend("no-sign-in");

        clears("DroverFleetBehind", Map.of());
        programs.awaitReady("fleet", FLEET);
    }

    @Test
    @Order(2)
    void refusalsOfAzureAreToldApart() throws Exception {
        worker = programs.start("worker", SETTINGS);
        until("devices move", () -> worker("sum(drover_devices{state=\"MIGRATED\"}) > 0"));

        programs.fault("throttles", "{\"fault\":\"throttled\",\"service\":\"central\",\"count\":1,\"every\":4}");
        programs.fault("fails", "{\"fault\":\"unavailable\",\"service\":\"hub-rest\",\"count\":1,\"every\":2}");
        programs.fault("refuses", "{\"fault\":\"forbidden\",\"service\":\"dps-rest\",\"count\":1,\"every\":2}");

        fires("DroverAzureThrottles", Map.of("job", JOB, "service", "central"));
        fires("DroverAzureUnavailable", Map.of("job", JOB, "service", "hub"));
        fires("DroverAzureRefusesCalls", Map.of("job", JOB, "service", "dps"));
        for (String fault : List.of("throttles", "fails", "refuses")) {
            programs.mend(fault);
        }
        clears("DroverAzureThrottles", Map.of());
        clears("DroverAzureUnavailable", Map.of());
        clears("DroverAzureRefusesCalls", Map.of());
    }

    @Test
    @Order(3)
    void aWorkerThatStandsStillAgainAndAgainIsLateOnItsEventLoops() throws Exception {
        clears("DroverEventLoopBlocked", Map.of("job", JOB));

        Disturbance.standingStill(worker, Duration.ofMillis(300), Duration.ofMillis(700))
                .during(() -> fires("DroverEventLoopBlocked", Map.of("job", JOB)));

        clears("DroverEventLoopBlocked", Map.of("job", JOB));
    }

    @Test
    @Order(4)
    void everyDocumentedMetricIsExportedInFewSeries() throws Exception {
        fires("DroverDevicesFailed", Map.of("job", JOB, "reason", "DEVICE_REFUSED"));
        MetricsDocument document = MetricsDocument.read();
        Map<String, String> ports = Map.of("cloud", CLOUD, "fleet", FLEET, "worker", "9464");
        for (Map.Entry<String, String> program : ports.entrySet()) {
            Samples scrape = programs.scrape(program.getValue());
            assertThat(scrape.all())
                    .as(program.getKey())
                    .hasSizeLessThan(program.getKey().equals("worker") ? 1_000 : 5_000);
            document.explains(program.getKey(), scrape);
            document.wasExported(
                    program.getKey(), scrape.families().keySet(), condition -> !condition.equals("`webhook`"));
        }
    }

    @Test
    @Order(5)
    void devicesThatRefuseFailUntilTheyAreRetried() throws Exception {
        fires("DroverDevicesFailed", Map.of("job", JOB, "reason", "DEVICE_REFUSED"));

        command("pause");
        until(
                "nothing is on its way",
                () -> worker("sum(drover_devices{state=~\"COMMANDED|ACCEPTED|ASSIGNED|CONNECTED\"}) == 0"));
        command("retry");

        clears("DroverDevicesFailed", Map.of());
    }

    @Test
    @Order(6)
    void anotherWriterMakesTheLedgerSlow() throws Exception {
        Path ledger = folder.resolve("state/ledger.db");
        Disturbance.holdingWriteLock(ledger, Duration.ofSeconds(3), Duration.ofMillis(50))
                .during(() -> fires("DroverLedgerSlow", Map.of("job", JOB)));

        clears("DroverLedgerSlow", Map.of());
    }

    @Test
    @Order(7)
    void aPausedMigrationStandsStillUntilItIsResumed() throws Exception {
        fires("DroverMigrationStalled", Map.of("job", JOB));

        command("resume");

        clears("DroverMigrationStalled", Map.of());
    }

    @Test
    @Order(8)
    void ratesAreTakenOfCountersOnly() throws Exception {
        JsonNode types = prometheus.metadata();
        Pattern rate = Pattern.compile("(?:rate|increase)\\(([a-zA-Z_:][\\w:]*)");
        for (Map.Entry<String, String> query : Dashboards.expressions().entrySet()) {
            Matcher metric = rate.matcher(query.getValue());
            while (metric.find()) {
                String name = metric.group(1);
                JsonNode type = types.path(name).isMissingNode()
                        ? types.path(name.replaceAll("_(bucket|count|sum|total)$", ""))
                        : types.path(name);
                assertThat(type.path(0).path("type").asText())
                        .as(query.getKey() + ": " + name)
                        .isIn("counter", "histogram", "summary");
            }
        }
    }

    @Test
    @Order(9)
    void aKilledWorkerIsDownUntilItIsStartedAgainAndLeavesALeaseBehind() throws Exception {
        worker.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        fires("DroverWorkerDown", Map.of("job", JOB));

        worker = programs.start("worker", SETTINGS);

        clears("DroverWorkerDown", Map.of());
        fires("DroverLeaseLost", Map.of("job", JOB));
        clears("DroverLeaseLost", Map.of());
    }

    @Test
    @Order(10)
    void devicesThatStayAtTheSourceAreAliveOnBothSides() throws Exception {
        fires("DroverAliveOnBothSides", Map.of("job", JOB));

        worker.destroy();
        assertThat(worker.waitFor(15, TimeUnit.SECONDS)).isTrue();

        clears("DroverAliveOnBothSides", Map.of());
    }

    @Test
    @Order(11)
    void everyQueryOfDashboardsAndRulesIsValidAndReturnedData() {
        assertThat(queries.invalid()).isEmpty();
        assertThat(queries.unanswered()).isEmpty();
    }

    private interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private static void fires(String alert, Map<String, String> labels) throws Exception {
        until(alert + " fires", () -> isFiring(alert, labels));
    }

    private static void clears(String alert, Map<String, String> labels) throws Exception {
        until(alert + " clears", () -> !isFiring(alert, labels));
    }

    private static boolean isFiring(String alert, Map<String, String> labels) throws IOException, InterruptedException {
        return prometheus.firing().stream()
                .map(firing -> firing.path("labels"))
                .anyMatch(given -> given.path("alertname").asText().equals(alert)
                        && labels.entrySet().stream()
                                .allMatch(label ->
                                        given.path(label.getKey()).asText().equals(label.getValue())));
    }

    private static boolean worker(String expression) throws IOException, InterruptedException {
        return !prometheus.query(expression).isEmpty();
    }

    private static void until(String what, Condition condition) throws Exception {
        long begun = System.nanoTime();
        while (!condition.holds()) {
            if (System.nanoTime() - begun > PATIENCE.toNanos()) {
                throw new AssertionError("in " + PATIENCE + " it did not come true that " + what + "; firing: "
                        + prometheus.firing() + "; the worker said: " + programs.output("worker"));
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    /** One of the worker's other verbs, beside the one at work. */
    private static void command(String verb) throws Exception {
        int code = programs.run(verb, List.of(SETTINGS));
        assertThat(code).as(programs.output("worker-" + verb)).isZero();
    }
}
