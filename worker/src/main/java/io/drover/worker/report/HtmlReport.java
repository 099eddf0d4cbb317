package io.drover.worker.report;

import io.drover.worker.device.DeviceCounts;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.FailureReason;
import io.drover.worker.migration.Wave;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The report as one HTML page that loads nothing and runs no script; light, dark and printable. */
public final class HtmlReport {
    private final PrintWriter out;
    private final Html page;

    public HtmlReport(PrintWriter out) {
        this.out = out;
        this.page = new Html(out);
    }

    /** Writes the whole page; the caller flushes. */
    public void write(MigrationReport report) {
        head(report);
        tiles(report);
        section("Devices", () -> StateBar.write(page, report.counts()));
        section("Arrivals over time", () -> new ArrivalsChart(report).write(page));
        section("Command to arrival", () -> new LatencyChart(report.statistics().latency()).write(page));
        section("Waves", () -> waves(report));
        section("Reasons and next actions", () -> reasons(report.counts()));
        section(
                "Failed devices",
                () -> devices(report.statistics().failed(), "Failed devices", "No device has failed."));
        section("What devices own", () -> report.owned().html(page));
        section(
                "Never seen",
                () -> devices(
                        report.statistics().neverSeen(),
                        "Devices that were offline at every command",
                        "Every device that was commanded was seen."));
        section("Alive on both sides", () -> sides(report.sides()));
        foot(report);
    }

    private void sides(MigrationReport.BothSides sides) {
        page.raw("<p class=\"note\">")
                .text(Words.number(sides.looked())
                        + " moved devices were looked for at the source after their arrival.")
                .raw("</p>");
        devices(
                sides.alive(),
                "Moved devices that were still active at the source: find the second device that uses the id, or stop it there",
                "None of them was active there.");
    }

    private void head(MigrationReport report) {
        page.raw("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                + "<meta name=\"color-scheme\" content=\"light dark\">"
                + "<meta http-equiv=\"Content-Security-Policy\""
                + " content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>");
        page.text("Migration " + report.migration().name())
                .raw("</title><style>\n" + style() + "</style></head><body>");
        page.raw("<header><p class=\"kind\">Drover migration report</p><h1>");
        page.text(report.migration().name()).raw("</h1><p class=\"way\">");
        page.text(report.migration().sourceApplication())
                .raw(" / ")
                .text(report.migration().sourceGroup());
        page.raw(" &rarr; ")
                .text(report.migration().targetKind().text() + " "
                        + report.migration().target())
                .raw("</p><p>");
        page.raw("<span class=\"state\">" + report.migration().state() + "</span> ");
        page.text(report.migration().stateReason()).raw("</p></header><main>\n");
    }

    private void tiles(MigrationReport report) {
        DeviceCounts counts = report.counts();
        long migrated = counts.in(DeviceState.MIGRATED);
        page.raw("<dl class=\"tiles\">");
        tile("devices", Words.number(counts.total()));
        tile("migrated", Words.share(migrated, counts.total()));
        tile("on their way", Words.number(counts.inFlight()));
        tile("waiting", Words.number(counts.in(DeviceState.WAITING)));
        tile("failed", Words.number(counts.in(DeviceState.FAILED)));
        tile("never seen", Words.number(report.statistics().neverSeen().total()));
        tile("duration", Words.duration(report.period().length()));
        page.raw("</dl>");
    }

    private void tile(String name, String value) {
        page.raw("<div>").element("dt", name).element("dd", value).raw("</div>");
    }

    private void section(String title, Runnable content) {
        page.raw("<section>").element("h2", title);
        content.run();
        page.raw("</section>\n");
    }

    private void waves(MigrationReport report) {
        table(
                "Waves in their order",
                "No.",
                "Wave",
                "State",
                "Devices",
                "Migrated",
                "On way",
                "Waiting",
                "Failed",
                "Opened",
                "Completed");
        for (Wave wave : report.waves()) {
            DeviceCounts counts = report.counts().ofWave(wave.number());
            page.raw("<tr>");
            cells(true, Integer.toString(wave.number()));
            cells(false, wave.name(), wave.state().name());
            cells(
                    true,
                    Words.number(counts.total()),
                    Words.number(counts.in(DeviceState.MIGRATED)) + " ("
                            + Words.share(counts.in(DeviceState.MIGRATED), counts.total()) + ")",
                    Words.number(counts.inFlight()),
                    Words.number(counts.in(DeviceState.WAITING)),
                    Words.number(counts.in(DeviceState.FAILED)));
            cells(false, Words.time(wave.openedAt()), Words.time(wave.completedAt()));
            page.raw("</tr>\n");
        }
        page.raw("</tbody></table></div>");
        if (report.waves().isEmpty()) {
            page.raw("<p class=\"note\">Waves are not laid out yet.</p>");
        }
    }

    private void reasons(DeviceCounts counts) {
        Map<FailureReason, Long> reasons = counts.byReason();
        if (reasons.isEmpty()) {
            page.raw("<p class=\"note\">No device has failed, was cancelled or excluded.</p>");
            return;
        }
        table("Why devices failed, were cancelled or excluded", "Devices", "Reason", "Meaning", "Next action");
        reasons.forEach((reason, devices) -> {
            page.raw("<tr>");
            cells(true, Words.number(devices));
            cells(false, reason.name(), reason.text(), reason.nextAction());
            page.raw("</tr>\n");
        });
        page.raw("</tbody></table></div>");
    }

    private void devices(DeviceList list, String caption, String none) {
        if (list.total() == 0) {
            page.raw("<p class=\"note\">").text(none).raw("</p>");
            return;
        }
        table(caption, "Device", "State", "Reason", "Wave", "Commands", "First command", "Hub");
        for (DeviceRow row : list.shown()) {
            page.raw("<tr>");
            cells(
                    false,
                    row.deviceId(),
                    row.state().name(),
                    row.reason() == null ? "" : row.reason().name());
            cells(true, Integer.toString(row.wave()), Integer.toString(row.attempt()));
            cells(false, Words.time(row.commandedAt()), row.assignedHub() == null ? "" : row.assignedHub());
            page.raw("</tr>\n");
        }
        page.raw("</tbody></table></div>");
        if (list.more() > 0) {
            page.raw("<p class=\"note\">")
                    .text("And " + Words.number(list.more()) + " more: report --output csv lists all.")
                    .raw("</p>");
        }
    }

    private void table(String caption, String... columns) {
        page.raw("<div class=\"scroll\"><table>").element("caption", caption).raw("<thead><tr>");
        for (String column : columns) {
            page.raw("<th scope=\"col\">").text(column).raw("</th>");
        }
        page.raw("</tr></thead><tbody>\n");
    }

    private void cells(boolean numbers, String... texts) {
        for (String text : texts) {
            page.raw(numbers ? "<td class=\"n\">" : "<td>").text(text).raw("</td>");
        }
    }

    private void foot(MigrationReport report) {
        page.raw("</main><footer><dl>");
        tile("Written", Words.time(report.at()));
        tile("Created", Words.time(report.migration().createdAt()));
        tile("Started", Words.time(report.migration().startedAt()));
        tile("Finished", Words.time(report.migration().finishedAt()));
        tile("Proof of arrival", report.migration().verification());
        page.raw("</dl><p>Audit head <code>").text(report.auditHead());
        page.raw("</code>, for <code>audit verify --head</code></p></footer></body></html>\n");
        out.flush();
    }

    private static String style() {
        try (InputStream css = HtmlReport.class.getResourceAsStream("report.css")) {
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("report.css is part of the program", e);
        }
    }
}
