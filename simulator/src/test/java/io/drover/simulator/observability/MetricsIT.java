package io.drover.simulator.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.contract.RecordedContract;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the three programs say of themselves while they carry out a migration, started as docker-compose.yml starts them. */
class MetricsIT {
    private static final String CLOUD = "9460";
    private static final String FLEET = "9461";
    private static final String WORKER = "9464";
    private static final String RECORDING = "exchanges.ndjson";
    private static final int DEVICES = ComposedPrograms.DEVICES;

    @TempDir
    static Path folder;

    private static ComposedPrograms programs;
    private static EmbeddedPostgres postgres;
    private static Samples cloud;
    private static Samples fleet;
    private static Samples worker;
    private static final List<Samples> SCRAPES = new ArrayList<>();
    private static final Set<String> NAMES = new TreeSet<>();

    @BeforeAll
    static void migrate() throws Exception {
        programs = new ComposedPrograms(folder);
        postgres = programs.postgres();
        // The worker believes in 20 commands a second and ten times that, so it is sure to be refused and has to count
        // it.
        programs.start(
                "cloud", "--time-compression=1", "--limit=central-commands=2", "--record=" + folder.resolve(RECORDING));
        programs.awaitReady("cloud", CLOUD);
        programs.start("fleet");
        programs.awaitReady("fleet", FLEET);
        Process moving = programs.start("worker");
        while (!moving.waitFor(100, TimeUnit.MILLISECONDS)) {
            try {
                SCRAPES.add(programs.scrape(WORKER));
            } catch (IOException notYetOrNotAnyMore) {
                // The port opens after the preflight and closes with the process.
            }
        }
        assertThat(moving.exitValue()).as(programs.output("worker")).isZero();
        cloud = programs.scrape(CLOUD);
        fleet = programs.scrape(FLEET);
        worker = SCRAPES.get(SCRAPES.size() - 1);
        SCRAPES.forEach(scrape -> NAMES.addAll(scrape.names()));
        NAMES.addAll(cloud.names());
        NAMES.addAll(fleet.names());
    }

    @AfterAll
    static void stop() throws Exception {
        programs.stop();
        postgres.close();
        RecordedContract.holdEveryRequest(folder.resolve(RECORDING));
    }

    @Test
    void theFleetCountsItsDevicesAndWhatTheyDid() {
        assertThat(fleet.sum("drover_fleet_devices", "phase", "target")).isEqualTo(DEVICES);
        assertThat(fleet.sum("drover_fleet_devices")).isEqualTo(DEVICES);
        assertThat(fleet.sum("drover_fleet_devices", "engine", "lean")).isEqualTo(DEVICES);
        assertThat(fleet.sum("drover_fleet_devices", "engine", "azure-sdk")).isZero();
        assertThat(fleet.sum("drover_fleet_settled")).isEqualTo(DEVICES);
        assertThat(fleet.sum("drover_fleet_moves_seconds_count", "outcome", "ok"))
                .isEqualTo(DEVICES);
        assertThat(fleet.sum("drover_fleet_moves_seconds_bucket", "le", "+Inf")).isEqualTo(DEVICES);
        assertThat(fleet.sum("drover_fleet_commands_total", "status", "200")).isEqualTo(DEVICES);
        assertThat(fleet.sum("drover_fleet_registrations_seconds_count", "where", "source", "outcome", "ok"))
                .isEqualTo(DEVICES);
        assertThat(fleet.sum("drover_fleet_registrations_seconds_count", "where", "target", "outcome", "ok"))
                .isEqualTo(DEVICES);
        assertThat(fleet.sum("drover_fleet_handshakes_seconds_count", "outcome", "ok"))
                .isGreaterThanOrEqualTo(4.0 * DEVICES);
        assertThat(fleet.sum("drover_fleet_connects_seconds_count", "where", "hub", "outcome", "ok"))
                .isGreaterThanOrEqualTo(2.0 * DEVICES);
    }

    @Test
    void theCloudAgreesWithTheFleet() {
        assertThat(cloud.sum("drover_cloud_hub_devices", "home", "target", "state", "connected"))
                .isEqualTo(DEVICES);
        assertThat(cloud.sum("drover_cloud_hub_devices", "home", "central", "state", "disconnected"))
                .isEqualTo(DEVICES);
        assertThat(cloud.sum("drover_cloud_registrations_total", "home", "central", "outcome", "assigned"))
                .isEqualTo(DEVICES);
        assertThat(cloud.sum("drover_cloud_registrations_total", "home", "target", "outcome", "assigned"))
                .isEqualTo(DEVICES);
        assertThat(cloud.sum("drover_cloud_commands_total", "outcome", "answered"))
                .isEqualTo(DEVICES);
        assertThat(cloud.sum("drover_cloud_hub_telemetry_total", "home", "target"))
                .isGreaterThanOrEqualTo(DEVICES);
        assertThat(cloud.sum("drover_cloud_handshakes_total", "listener", "mqtt", "outcome", "ok"))
                .isGreaterThanOrEqualTo(
                        cloud.sum("drover_cloud_calls_seconds_count", "operation", "connect", "status", "0"));
    }

    @Test
    void theCloudCountsTheCallsOfEveryService() {
        for (String service :
                List.of("entra", "arm", "central", "dps-rest", "dps-mqtt", "hub-rest", "hub-mqtt", "hub-amqp")) {
            assertThat(cloud.sum("drover_cloud_calls_seconds_count", "service", service))
                    .as(service)
                    .isPositive();
        }
        assertThat(cloud.sum("drover_cloud_calls_seconds_count", "service", "entra", "status", "200"))
                .isPositive();
        assertThat(cloud.sum("drover_cloud_calls_seconds_count", "service", "hub-amqp", "operation", "receive"))
                .isPositive();
    }

    @Test
    void aRefusalByQuotaIsCountedByThoseWhoGiveItAndThoseWhoGetIt() {
        double refused = cloud.sum("drover_cloud_throttled_total", "service", "central");

        assertThat(refused)
                .isPositive()
                .isEqualTo(cloud.sum("drover_cloud_calls_seconds_count", "service", "central", "status", "429"));
        assertThat(worker.sum("drover_azure_throttles_total", "service", "central"))
                .isPositive()
                .isLessThanOrEqualTo(refused);
    }

    @Test
    void theWorkerShowsEveryDeviceInAState() {
        assertThat(worker.sum("drover_devices")).isEqualTo(DEVICES);
        assertThat(worker.sum("drover_device_transitions_total")).isPositive();
    }

    @Test
    void eachProgramShowsItsJvm() {
        for (Samples program : List.of(cloud, fleet, worker)) {
            assertThat(program.sum("jvm_memory_used_bytes", "area", "heap")).isPositive();
            assertThat(program.sum("jvm_threads_live_threads")).isPositive();
            assertThat(program.names()).contains("process_cpu_usage", "process_files_open_files");
        }
    }

    @Test
    void noLabelNamesADevice() {
        for (Samples program : List.of(cloud, fleet, worker)) {
            assertThat(program.all())
                    .noneMatch(sample -> sample.labels().values().stream().anyMatch(value -> value.contains("truck-")));
        }
    }

    @Test
    void whatIsExportedIsDocumentedAndWhatIsDocumentedIsExported() throws IOException {
        MetricsDocument document = MetricsDocument.read();
        document.explains("cloud", cloud);
        document.explains("fleet", fleet);
        SCRAPES.forEach(scrape -> document.explains("worker", scrape));

        document.wasExported("cloud", cloud.families().keySet(), String::isEmpty);
        document.wasExported("fleet", fleet.families().keySet(), String::isEmpty);
        Set<String> ever = new TreeSet<>();
        SCRAPES.forEach(scrape -> ever.addAll(scrape.families().keySet()));
        document.wasExported("worker", ever, String::isEmpty);
    }

    @Test
    void dashboardsAndRulesNameOnlyMetricsThatThereAre() throws IOException {
        Set<String> known = new TreeSet<>(NAMES);
        // The collector may not have paused in so short a run; Prometheus itself makes "up".
        known.addAll(List.of("up", "jvm_gc_pause_seconds_sum"));
        // PrometheusIT shows that these are exported when their condition comes about.
        MetricsDocument.read().rows().forEach((name, row) -> {
            if (!row.condition().isEmpty()) {
                known.add(name);
            }
        });
        Dashboards.rules().forEach(rule -> known.add(rule.path("record").asText()));

        Dashboards.expressions()
                .forEach((place, expression) -> assertThat(PromQl.metrics(expression))
                        .as(place)
                        .isNotEmpty()
                        .isSubsetOf(known));
    }
}
