package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** The end of a rehearsal: text for a person, JSON for a program. */
final class RehearsalReport {
    private static final int SHOWN_MISMATCHES = 20;

    private final RehearsalResult result;

    RehearsalReport(RehearsalResult result) {
        this.result = result;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%nRehearsal report: scenario %s, %,d devices, seed %d%s%n%n",
                result.scenario(),
                result.devices(),
                result.seed(),
                result.workerKills() == 0 ? "" : ", worker killed and restarted " + result.workerKills() + " times"));
        table(text, "Devices by final state", result.states());
        table(text, "Reasons", result.reasons());
        text.append(String.format(
                Locale.ROOT,
                "Throughput      %.1f migrations/s (%.1f s from start to end of the worker)%n",
                result.migrationsPerSecond(),
                result.migration().toMillis() / 1000.0));
        LimitUse limits = result.limits();
        text.append(String.format(
                Locale.ROOT,
                "Limits          %.1f registrations/s at the target from first to last, %.1f %% of %s (%.1f/s);"
                        + " %,d of %,d calls throttled (%.3f %%)%n",
                limits.registrationsPerSecond(),
                limits.percentOfLimit(),
                limits.binding(),
                limits.bindingPerSecond(),
                limits.refused(),
                limits.granted() + limits.refused(),
                limits.percentThrottled()));
        table(text, "Throttled calls by limit", limits.refusedByLimit());
        result.estimate().ifPresent(estimate -> text.append(estimate(estimate)));
        times(text);
        if (!result.peakMebibytes().isEmpty()) {
            text.append("Peak memory     ");
            result.peakMebibytes()
                    .forEach((process, size) ->
                            text.append(process).append(' ').append(size).append(" MiB  "));
            text.append(System.lineSeparator());
        }
        twins(text);
        result.back().ifPresent(back -> wayBack(text, back));
        verdict(text);
        return text.toString();
    }

    private static String estimate(PlanEstimate estimate) {
        return String.format(
                Locale.ROOT,
                "Plan            said %.1f s from the first command to the last arrival, it took %.1f s (%+.1f %%);"
                        + " first command said after %.1f s, came after %.1f s%n",
                estimate.planned(),
                estimate.took(),
                estimate.percentOff(),
                estimate.plannedStart(),
                estimate.start());
    }

    private void times(StringBuilder text) {
        Histogram late = result.connectToCommand();
        if (late.getTotalCount() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "Late devices: %d, connected->commanded p50 %.2f s, max %.2f s%n",
                    late.getTotalCount(),
                    late.getValueAtPercentile(50) / 1000.0,
                    late.getMaxValue() / 1000.0));
        }
        Histogram latency = result.commandToArrival();
        if (latency.getTotalCount() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "Command->arrival p50 %.2f s, p90 %.2f s, p95 %.2f s, p99 %.2f s, max %.2f s (first telemetry at the target)%n",
                    percentile(50),
                    percentile(90),
                    percentile(95),
                    percentile(99),
                    latency.getMaxValue() / 1000.0));
        }
        if (!result.recovery().isEmpty()) {
            text.append(String.format(
                    Locale.ROOT,
                    "Restart         first command after median %.1f s, max %.1f s, process start included (%d restarts)%n",
                    result.recovery().medianSeconds(),
                    result.recovery().longestSeconds(),
                    result.recovery().gaps().size()));
        }
    }

    private void twins(StringBuilder text) {
        result.reconciliation().twins().ifPresent(twins -> {
            text.append(String.format(
                    Locale.ROOT,
                    "Twins           %,d of %,d moved devices have at the target all they own at the source%n",
                    twins.compared() - twins.differences().size(),
                    twins.compared()));
            shown(text, twins.differences());
        });
    }

    private static void wayBack(StringBuilder text, ReturnLeg back) {
        text.append(String.format(
                Locale.ROOT,
                "Way back        %s in %.1f s; its ledger %s%n",
                back.states(),
                back.took().toMillis() / 1000.0,
                back.holds() ? "= ground truth for every device" : "and ground truth DIFFER:"));
        shown(text, back.mismatches());
        back.twins().ifPresent(twins -> {
            text.append(String.format(
                    Locale.ROOT,
                    "                %,d of %,d have at the source again all they owned there%n",
                    twins.compared() - twins.differences().size(),
                    twins.compared()));
            shown(text, twins.differences());
        });
    }

    private static void shown(StringBuilder text, List<Reconciliation.Mismatch> mismatches) {
        mismatches.stream()
                .limit(SHOWN_MISMATCHES)
                .forEach(mismatch -> text.append("  ")
                        .append(mismatch.deviceId())
                        .append(": ")
                        .append(mismatch.difference())
                        .append(System.lineSeparator()));
    }

    private void verdict(StringBuilder text) {
        Reconciliation reconciliation = result.reconciliation();
        if (reconciliation.holds()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%nLedger = ground truth for all %,d devices; none was commanded again while it moved or after its"
                            + " arrival.%n",
                    reconciliation.devices()));
            return;
        }
        List<Reconciliation.Mismatch> mismatches = reconciliation.mismatches();
        text.append(String.format(
                Locale.ROOT,
                "%nLedger and ground truth DIFFER on %,d of %,d devices; %,d were commanded after their arrival, %,d while"
                        + " they moved.%n",
                mismatches.size(),
                reconciliation.devices(),
                reconciliation.commandedAfterArrival().size(),
                reconciliation.commandedWhileMoving().size()));
        shown(text, mismatches);
        again(text, reconciliation.commandedAfterArrival(), "commanded again after it had arrived");
        again(text, reconciliation.commandedWhileMoving(), "commanded again after it had said yes, while it moved");
    }

    private static void again(StringBuilder text, List<String> devices, String what) {
        devices.stream()
                .limit(SHOWN_MISMATCHES)
                .forEach(id ->
                        text.append("  ").append(id).append(": ").append(what).append(System.lineSeparator()));
    }

    private static void table(StringBuilder text, String title, Map<String, Long> counts) {
        if (counts.isEmpty()) {
            return;
        }
        text.append(title).append(System.lineSeparator());
        counts.forEach((name, count) -> text.append(String.format(Locale.ROOT, "  %-24s %,10d%n", name, count)));
        text.append(System.lineSeparator());
    }

    private double percentile(double percent) {
        return result.commandToArrival().getValueAtPercentile(percent) / 1000.0;
    }

    /** Writes {@code report.json} into the folder. */
    Path writeJson(Path folder) {
        ObjectMapper json = new ObjectMapper();
        ObjectNode report = json.createObjectNode()
                .put("scenario", result.scenario())
                .put("devices", result.devices())
                .put("seed", result.seed())
                .put("workerKills", result.workerKills())
                .put("migrationSeconds", result.migration().toMillis() / 1000.0)
                .put("migrationsPerSecond", result.migrationsPerSecond())
                .put("ledgerEqualsTruth", result.reconciliation().mismatches().isEmpty())
                .put(
                        "commandedAfterArrival",
                        result.reconciliation().commandedAfterArrival().size())
                .put(
                        "commandedWhileMoving",
                        result.reconciliation().commandedWhileMoving().size());
        report.putObject("limits")
                .put("binding", result.limits().binding())
                .put("bindingPerSecond", result.limits().bindingPerSecond())
                .put("registrationsPerSecond", result.limits().registrationsPerSecond())
                .put("percentOfLimit", result.limits().percentOfLimit())
                .put("calls", result.limits().granted() + result.limits().refused())
                .put("throttled", result.limits().refused())
                .put("percentThrottled", result.limits().percentThrottled())
                .set("throttledByLimit", json.valueToTree(result.limits().refusedByLimit()));
        result.estimate()
                .ifPresent(estimate -> report.putObject("plan")
                        .put("plannedSeconds", estimate.planned())
                        .put("tookSeconds", estimate.took())
                        .put("percentOff", estimate.percentOff())
                        .put("plannedStartSeconds", estimate.plannedStart())
                        .put("startSeconds", estimate.start()));
        if (!result.recovery().isEmpty()) {
            report.putObject("restartToCommandSeconds")
                    .put("median", result.recovery().medianSeconds())
                    .put("max", result.recovery().longestSeconds());
        }
        report.set("states", json.valueToTree(result.states()));
        report.set("reasons", json.valueToTree(result.reasons()));
        report.set("peakMebibytes", json.valueToTree(result.peakMebibytes()));
        report.set("mismatches", json.valueToTree(result.reconciliation().mismatches()));
        result.reconciliation()
                .twins()
                .ifPresent(twins -> report.putObject("twins")
                        .put("compared", twins.compared())
                        .set("differences", json.valueToTree(twins.differences())));
        result.back().ifPresent(back -> wayBack(report, back, json));
        latencies(report);
        Path file = folder.resolve("report.json");
        try {
            Files.write(file, json.writerWithDefaultPrettyPrinter().writeValueAsBytes(report));
            return file;
        } catch (IOException e) {
            throw new RehearsalException("The report " + file + " cannot be written: " + e.getMessage(), e);
        }
    }

    private static void wayBack(ObjectNode report, ReturnLeg back, ObjectMapper json) {
        ObjectNode leg = report.putObject("back")
                .put("seconds", back.took().toMillis() / 1000.0)
                .put("ledgerEqualsTruth", back.holds());
        leg.set("states", json.valueToTree(back.states()));
        leg.set("mismatches", json.valueToTree(back.mismatches()));
        back.twins().ifPresent(twins -> leg.set("twinDifferences", json.valueToTree(twins.differences())));
    }

    private void latencies(ObjectNode report) {
        Histogram late = result.connectToCommand();
        report.putObject("lateConnectToCommandSeconds")
                .put("devices", late.getTotalCount())
                .put("p50", late.getValueAtPercentile(50) / 1000.0)
                .put("max", late.getMaxValue() / 1000.0);
        ObjectNode latency = report.putObject("commandToArrivalSeconds");
        for (double percent : new double[] {50, 90, 95, 99, 100}) {
            latency.put("p" + (int) percent, percentile(percent));
        }
    }
}
