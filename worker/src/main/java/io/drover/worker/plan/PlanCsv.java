package io.drover.worker.plan;

import io.vertx.core.Future;
import java.io.PrintWriter;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A plan's devices as CSV (RFC 4180), one line each, written as they are read. */
public final class PlanCsv {
    private static final String HEADER = "device,template,verdict,reason,action,credential,wave";

    private PlanCsv() {}

    /** Completes after the last line. */
    public static Future<Void> write(PrintWriter out, DevicePages devices) {
        out.print(HEADER + "\r\n");
        return devices.eachPage(page -> {
            page.forEach(device -> out.print(line(device) + "\r\n"));
            return Future.succeededFuture();
        });
    }

    private static String line(PlannedDevice device) {
        return Stream.of(
                        device.deviceId(),
                        device.template() == null ? "" : device.template(),
                        device.verdict(),
                        device.reason(),
                        device.action(),
                        device.credential(),
                        device.wave())
                .map(PlanCsv::quoted)
                .collect(Collectors.joining(","));
    }

    private static String quoted(String field) {
        boolean special = field.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return special ? '"' + field.replace("\"", "\"\"") + '"' : field;
    }
}
