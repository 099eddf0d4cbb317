package io.drover.worker.plan;

import io.vertx.core.Future;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** A plan as text for a person. */
public final class PlanText {
    private PlanText() {}

    /**
     * Completes after the last line.
     *
     * @param shown devices of each verdict that are named; those that can move at once only when all are
     */
    public static Future<Void> write(PrintWriter out, Plan plan, DevicePages devices, int shown) {
        out.printf("Source: %s%n", plan.source());
        String hubs = plan.hubs().isEmpty() ? "" : "; hubs " + String.join(", ", plan.hubs());
        out.printf(
                "Target: %s, ID scope %s%s%n",
                plan.target(), plan.idScope() == null ? "not known yet" : plan.idScope(), hubs);
        out.printf("%d devices selected, %d can move%n", plan.devices(), plan.movable());
        plan.verdicts().forEach((verdict, count) -> out.printf("  %-22s %d%n", verdict, count));
        if (plan.waves().size() > 1) {
            plan.waves().forEach(wave -> out.printf("Wave %s: %d devices%n", wave.name(), wave.devices()));
        }
        return devices(out, devices, shown).onSuccess(done -> rest(out, plan));
    }

    private static Future<Void> devices(PrintWriter out, DevicePages devices, int shown) {
        Map<String, Integer> named = new HashMap<>();
        boolean all = shown == Integer.MAX_VALUE;
        return devices.eachPage(page -> {
            for (PlannedDevice device : page) {
                boolean wanted = all || !device.verdict().equals(PlannedDevice.READY);
                if (wanted && named.merge(device.verdict(), 1, Integer::sum) <= shown) {
                    line(out, device);
                }
            }
            return Future.succeededFuture();
        });
    }

    private static void line(PrintWriter out, PlannedDevice device) {
        String wave = device.wave().isEmpty() ? "" : " [" + device.wave() + "]";
        String reason = device.reason().isEmpty() ? "" : ": " + device.reason() + ". " + device.action();
        out.printf("  %s %s%s%s%n", device.deviceId(), device.verdict(), wave, reason);
    }

    private static void rest(PrintWriter out, Plan plan) {
        plan.enrollmentGroupsToCreate().forEach(name -> out.printf("Will create enrollment group %s%n", name));
        plan.enrollmentGroupsPresent().forEach(name -> out.printf("Enrollment group %s is there%n", name));
        plan.checks()
                .forEach(check ->
                        out.printf("%-9s %s %s: %s%n", check.outcome(), check.area(), check.subject(), check.text()));
        out.printf(
                Locale.ROOT,
                "Pace: %.1f devices/s, limited by %s. Way: %s%n",
                plan.devicesPerSecond(),
                plan.binding(),
                plan.way());
        Estimate estimate = plan.estimate();
        out.printf(
                "Time: %s from the first command to the last arrival (between %s and %s), after %s of start%n",
                time(estimate.moving()), time(estimate.shortest()), time(estimate.longest()), time(plan.startUp()));
        plan.warnings().forEach(warning -> out.printf("Note: %s%n", warning));
    }

    private static String time(Duration duration) {
        return duration.toHours() > 0
                ? duration.toHours() + " h " + duration.toMinutesPart() + " min"
                : duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
    }
}
