package io.drover.worker.report;

import io.drover.worker.device.OwnedStore;
import io.drover.worker.device.OwnedStore.Found;
import io.drover.worker.device.TwinOutcome;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/**
 * What became of what devices own: paths, never values.
 *
 * @param outcomes devices by how their data compared at the target
 * @param different the first devices that are not equal
 */
public record OwnedReport(Map<TwinOutcome, Long> outcomes, List<Found> different) {
    private static final int SHOWN = 500;

    public OwnedReport {
        outcomes = Map.copyOf(outcomes);
        different = List.copyOf(different);
    }

    /** Reads it from the ledger. */
    public static Future<OwnedReport> read(OwnedStore store, long migrationId) {
        return store.outcomes(migrationId)
                .compose(outcomes ->
                        store.different(migrationId, SHOWN).map(different -> new OwnedReport(outcomes, different)));
    }

    private long in(TwinOutcome outcome) {
        return outcomes.getOrDefault(outcome, 0L);
    }

    /** How many devices are not equal. */
    long notEqual() {
        return in(TwinOutcome.DIFFERENT) + in(TwinOutcome.REFUSED);
    }

    JsonObject toJson() {
        JsonArray devices = new JsonArray();
        different.forEach(one -> devices.add(
                new JsonObject().put("deviceId", one.deviceId()).put("differences", new JsonArray(one.differences()))));
        return new JsonObject()
                .put("equal", in(TwinOutcome.EQUAL))
                .put("different", in(TwinOutcome.DIFFERENT))
                .put("refused", in(TwinOutcome.REFUSED))
                .put("devices", devices)
                .put("notShown", notEqual() - different.size());
    }

    /** Lines of the summary; none where nothing was compared. */
    public void text(PrintWriter out) {
        if (outcomes.isEmpty()) {
            return;
        }
        out.printf(
                "  What devices own: equal at the target for %d, different for %d, not written for %d%n",
                in(TwinOutcome.EQUAL), in(TwinOutcome.DIFFERENT), in(TwinOutcome.REFUSED));
        different.stream()
                .limit(10)
                .forEach(one -> out.printf("    %s: %s%n", one.deviceId(), String.join("; ", one.differences())));
        if (notEqual() > 10) {
            out.println("    and " + (notEqual() - 10) + " more: report --output json lists the first " + SHOWN);
        }
    }

    void html(Html page) {
        if (notEqual() == 0) {
            page.raw("<p class=\"note\">")
                    .text(
                            outcomes.isEmpty()
                                    ? "Nothing was compared."
                                    : "All of it is at the target, for " + Words.number(in(TwinOutcome.EQUAL))
                                            + " devices.")
                    .raw("</p>");
            return;
        }
        page.raw("<div class=\"scroll\"><table>")
                .element("caption", "Devices of which something differs at the target")
                .raw("<thead><tr><th scope=\"col\">Device</th><th scope=\"col\">Paths</th></tr></thead><tbody>\n");
        different.forEach(one -> page.raw("<tr>")
                .element("td", one.deviceId())
                .element("td", String.join("; ", one.differences()))
                .raw("</tr>\n"));
        page.raw("</tbody></table></div>");
        if (notEqual() > different.size()) {
            page.raw("<p class=\"note\">")
                    .text("And " + Words.number(notEqual() - different.size()) + " more.")
                    .raw("</p>");
        }
    }
}
