package io.drover.worker.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.db.Ledger;
import io.drover.worker.db.TestDatabase;
import io.drover.worker.device.DeviceClaim;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.Evidence;
import io.drover.worker.device.FailureReason;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.TestPolicies;
import io.drover.worker.migration.AuditStore;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Reports of a real ledger, read back; the page is kept under target/ to be looked at. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class ReportIT {
    private static final Instant NOW = Instant.parse("2026-11-24T00:00:00Z");
    private static final String NASTY = "<script>alert(\"x\")</script>&'\u00e9\ud83d\ude9a";

    @Parameter
    TestDatabase database;

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private Ledger ledger;
    private Migration migration;

    @BeforeEach
    void open() throws Exception {
        MovePolicy policy = TestPolicies.telemetry(1);
        LedgerAddress address = database.fresh(directory);
        ledger =
                await(Ledger.open(vertx, address, policy, new SimpleMeterRegistry(), Clock.fixed(NOW, ZoneOffset.UTC)));
        migration = await(ledger.migrations()
                .createOrGet(new MigrationStore.Definition(
                        NASTY, "app", "group", "dps", "TELEMETRY", "", MigrationState.RUNNING)));
        await(ledger.migrations().layOut(migration.id(), List.of("canary", "rest")));
    }

    @AfterEach
    void close() throws Exception {
        await(ledger.close());
        await(vertx.close());
    }

    @Test
    void jsonHasEveryWaveThePercentilesAndWhoWasNeverSeen() throws Exception {
        fleet();

        JsonObject report = new JsonObject(JsonReport.of(read()));

        assertThat(report.getString("migration")).isEqualTo(NASTY);
        assertThat(report.getInteger("total")).isEqualTo(760);
        assertThat(report.getJsonArray("waves").getJsonObject(0).getInteger("total"))
                .isEqualTo(10);
        assertThat(report.getJsonArray("waves")
                        .getJsonObject(1)
                        .getJsonObject("states")
                        .getInteger("MIGRATED"))
                .isEqualTo(90);
        JsonObject latency = report.getJsonObject("commandToArrivalMillis");
        assertThat(latency.getInteger("devices")).isEqualTo(100);
        assertThat(latency.getInteger("p50")).isBetween(49_900, 50_100);
        assertThat(latency.getInteger("p99")).isBetween(98_900, 99_200);
        assertThat(report.getJsonObject("failed").getInteger("total")).isEqualTo(650);
        assertThat(report.getJsonObject("failed").getJsonArray("devices")).hasSize(DeviceList.SHOWN);
        assertThat(report.getJsonObject("failed").getInteger("notShown")).isEqualTo(150);
        assertThat(report.getJsonObject("neverSeen").getInteger("total")).isEqualTo(600);
        assertThat(report.getJsonObject("neverSeen").encode())
                .contains("truck-0200")
                .doesNotContain("truck-0149");
        assertThat(report.getString("auditHead"))
                .isEqualTo(await(ledger.audit()
                        .append(new AuditStore.Act("a", "v", "m", null))
                        .compose(appended -> previousOf(appended))));
    }

    private Future<String> previousOf(String hash) {
        List<String> previous = new ArrayList<>();
        return ledger.audit()
                .eachPage(page -> {
                    page.stream()
                            .filter(entry -> entry.hash().equals(hash))
                            .forEach(entry -> previous.add(entry.previous()));
                    return Future.succeededFuture();
                })
                .map(done -> previous.get(0));
    }

    @Test
    void thePageNeedsNothingElseAndEscapesWhatItShows() throws Exception {
        fleet();
        await(ledger.paces().reserve("dps-registrations/dps.azure-devices-provisioning.net", 16.67, 10));
        await(ledger.paces().reserve("dps-registrations/another.azure-devices-provisioning.net", 99, 10));

        String page = html(read());
        Files.writeString(Path.of("target", "report-" + database + ".html"), page);

        assertThat(page)
                .contains("&lt;script&gt;")
                .doesNotContainIgnoringCase("<script")
                .doesNotContain("alert(\"");
        assertThat(page).doesNotContain("http://", "https://", "src=", "href=", "url(", "@import");
        assertThat(page.chars().allMatch(c -> c < 0x7f)).as("any character set").isTrue();
        assertThat(page)
                .contains("&#233;&#128666;")
                .contains("prefers-color-scheme: dark")
                .contains("@media print");
        assertThat(page).contains("Pace of dps-registrations/dps.azure-devices-provisioning.net");
        assertThat(page).contains("And 150 more").contains("And 100 more");
        assertThat(page).contains(FailureReason.DEADLINE_PASSED.nextAction().replace("'", "&#39;"));
        assertThat(count(page, "<table>")).isEqualTo(count(page, "<caption>")).isEqualTo(4);
        assertThat(page.length()).isLessThan(400_000);
    }

    @Test
    void everyChartIsWellFormedAndNamedForThoseWhoDoNotSeeIt() throws Exception {
        fleet();

        Matcher svg = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL).matcher(html(read()));
        int charts = 0;
        while (svg.find()) {
            var root = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(svg.group().getBytes(StandardCharsets.UTF_8)))
                    .getDocumentElement();
            assertThat(root.getAttribute("role")).isEqualTo("img");
            for (String id : root.getAttribute("aria-labelledby").split(" ", -1)) {
                assertThat(svg.group()).contains("id=\"" + id + "\"");
            }
            assertThat(root.getElementsByTagName("desc").item(0).getTextContent())
                    .isNotBlank();
            assertThat(root.getElementsByTagName("rect").getLength()).isPositive();
            charts++;
        }
        assertThat(charts).isEqualTo(3);
    }

    @Test
    void aMigrationThatHasNotBegunHasAReportToo() throws Exception {
        assertThat(html(read()))
                .contains("No device has arrived yet.")
                .contains("No device has failed.")
                .contains("Every device that was commanded was seen.")
                .doesNotContain("NaN");
        assertThat(new JsonObject(JsonReport.of(read()))
                        .getJsonObject("commandToArrivalMillis")
                        .getInteger("devices"))
                .isZero();
    }

    /** 100 arrive after 1 to 100 s, 50 refuse, 600 are never seen, 10 are not commanded. */
    private void fleet() throws Exception {
        await(ledger.devices()
                .insert(
                        migration.id(),
                        IntStream.range(0, 760)
                                .mapToObj(i -> new DiscoveredDevice("truck-%04d".formatted(i), "t", null, 0, i))
                                .toList()));
        await(ledger.devices().assign(migration.id(), 1, 10));
        await(ledger.devices().assign(migration.id(), 2, 1000));
        await(ledger.devices().release(migration.id(), 1, "group"));
        await(ledger.devices().release(migration.id(), 2, "group"));
        List<DeviceRow> claimed = await(ledger.devices()
                .claim(new DeviceClaim(
                        migration.id(), DeviceState.REGISTERED, 2, 750, NOW, null, Duration.ofSeconds(30), "w")));
        List<Future<Boolean>> written = new ArrayList<>();
        for (int i = 0; i < claimed.size(); i++) {
            Evidence evidence = i < 100
                    ? Evidence.telemetry(NOW.plusSeconds(i + 1), "hub")
                    : i < 150 ? Evidence.refused(NOW.plusSeconds(1), 1, 500) : Evidence.offline(NOW, 1, "404");
            written.add(ledger.devices().recordAnswer(claimed.get(i).key(), evidence));
        }
        await(Future.all(written));
        for (DeviceRow row : await(ledger.devices().reads().overdue(migration.id(), NOW.plusSeconds(600), 1000))) {
            await(ledger.devices().expire(row, NOW.plusSeconds(600), true));
        }
        await(ledger.devices().giveUp(migration.id(), 2, DeviceState.WAITING, FailureReason.DEADLINE_PASSED, "end"));
    }

    private MigrationReport read() throws Exception {
        return await(new ReportReader(ledger, Clock.fixed(NOW.plusSeconds(120), ZoneOffset.UTC)).read(migration));
    }

    private static String html(MigrationReport report) {
        StringWriter text = new StringWriter();
        new HtmlReport(new PrintWriter(text)).write(report);
        return text.toString();
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
