package io.drover.worker.cli;

import io.drover.worker.permission.PermissionCheck;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Shows what was found of the rights that an apply needs. */
final class PermissionTable {
    private PermissionTable() {}

    static void print(PrintWriter out, List<PermissionCheck> checks) {
        out.println("Permissions:");
        for (PermissionCheck check : checks) {
            boolean granted = check.verdict() == PermissionCheck.Verdict.GRANTED;
            out.printf(
                    "  %-8s %s at %s%s%n",
                    check.verdict().name().toLowerCase(Locale.ROOT),
                    check.call().text(),
                    check.resource(),
                    granted
                            ? ""
                            : ": " + check.detail() + ". Needs " + check.call().role() + ".");
        }
    }

    static JsonArray json(List<PermissionCheck> checks) {
        JsonArray rows = new JsonArray();
        for (PermissionCheck check : checks) {
            rows.add(new JsonObject()
                    .put("call", check.call().name())
                    .put("resource", check.resource())
                    .put("verdict", check.verdict().name())
                    .put("detail", check.detail())
                    .put("action", check.call().action())
                    .put("policyRight", check.call().policyRight())
                    .put("role", check.call().role()));
        }
        return rows;
    }
}
