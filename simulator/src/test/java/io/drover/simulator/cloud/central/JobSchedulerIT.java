package io.drover.simulator.cloud.central;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.TurnedClock;
import io.drover.simulator.cloud.dps.ProvisioningService;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubSku;
import io.drover.simulator.cloud.quota.Quotas;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Scheduled jobs by a clock that the test turns. */
class JobSchedulerIT {
    private static final Instant MONDAY = Instant.parse("2026-03-02T08:00:00Z");
    private static final String TRUCK = "dtmi:drover:truck;1";

    private final TurnedClock clock = new TurnedClock(MONDAY);
    private final Hub hub = new Hub("iotc-1.azure-devices.test", HubSku.S1, 1, clock, new Random(1));
    private final CentralApp app = new CentralApp(
            "a",
            "A",
            "1",
            hub,
            new ProvisioningService(null, "0ne1", List.of(hub), clock, Duration.ZERO, new Random(2)),
            clock,
            new Random(3));
    private Vertx vertx;
    private JobScheduler scheduler;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        scheduler = new JobScheduler(vertx, new JobRunner(vertx, new Quotas(100), clock), clock);
        app.addTemplate(DeviceTemplate.of(TRUCK, "Truck", MoveCommand.COMPONENT));
        app.addDevices(TRUCK, false, List.of("truck-1"));
        app.addGroup(new DeviceGroup("all", "All", DeviceFilter.parse("SELECT * FROM devices"), null));
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void aDailyJobRunsOnceADayUntilItsOccurrencesAreUsedUp() throws Exception {
        // Given
        put(new JobSchedule(MONDAY.plusSeconds(60), JobSchedule.Recurrence.DAILY, null, 2));

        // When / Then
        assertThat(app.allJobs()).isEmpty();
        clock.turnTo(MONDAY.plusSeconds(61));
        until(() -> app.allJobs().size() == 1);
        assertThat(app.allJobs().firstEntry().getValue().scheduledJobId()).isEqualTo("nightly");
        clock.turnTo(MONDAY.plus(Duration.ofDays(1)).plusSeconds(61));
        until(() -> app.allJobs().size() == 2);
        until(() -> app.scheduledJobs().get("nightly").completed());
    }

    @Test
    void runsThatWereMissedAreNotMadeUpFor() throws Exception {
        // Given
        put(new JobSchedule(MONDAY.minus(Duration.ofDays(21)), JobSchedule.Recurrence.WEEKLY, null, null));

        // Then
        until(() -> app.allJobs().size() == 1);
        assertThat(app.scheduledJobs().get("nightly").nextRun()).isEqualTo(4);
    }

    @Test
    void aJobThatIsSwitchedOffWaits() throws Exception {
        // Given
        JobSchedule schedule = new JobSchedule(MONDAY, null, null, null);
        app.scheduledJobs().put("nightly", new ScheduledJob("nightly", definition(), schedule, false, 0, 1));
        scheduler.watch(app);
        assertThat(app.allJobs()).isEmpty();

        // When
        app.scheduledJobs().put("nightly", new ScheduledJob("nightly", definition(), schedule, true, 0, 2));

        // Then
        until(() -> app.allJobs().size() == 1);
    }

    @Test
    void aScheduleEndsWithItsLastDayAndCountsMonthsFromItsStart() {
        JobSchedule monthly = new JobSchedule(
                Instant.parse("2026-01-31T10:00:00Z"),
                JobSchedule.Recurrence.MONTHLY,
                LocalDate.parse("2026-03-31"),
                null);

        assertThat(monthly.run(1)).isEqualTo(Instant.parse("2026-02-28T10:00:00Z"));
        assertThat(monthly.run(2)).isEqualTo(Instant.parse("2026-03-31T10:00:00Z"));
        assertThat(monthly.run(3)).isNull();
    }

    private void put(JobSchedule schedule) {
        app.scheduledJobs().put("nightly", new ScheduledJob("nightly", definition(), schedule, true, 0, 1));
        scheduler.watch(app);
    }

    private static JobDefinition definition() {
        return new JobDefinition(
                "Nightly",
                null,
                "all",
                null,
                null,
                List.of(new JobDefinition.Operation(
                        JobDefinition.Kind.COMMAND, "command", TRUCK, "migration", "DeviceMove", "{}")),
                null);
    }

    private void until(BooleanSupplier condition) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(end);
            vertx.timer(20).toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }
}
