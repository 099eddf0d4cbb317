package io.drover.worker.azure.hub;

import io.drover.worker.azure.AzureCall;
import io.drover.worker.azure.AzureHttp;
import io.drover.worker.azure.Paging;
import io.drover.worker.azure.quota.AzureLimit;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.function.Function;

/** One IoT hub's service API 2021-04-12 (reference section e). */
public final class HubClient {
    private static final String QUERY = "SELECT deviceId, connectionState, lastActivityTime FROM devices";
    /** .NET's minimum date stands for "never". */
    private static final String NEVER = "0001-01-01";

    private final Paging paging;
    private final String host;
    private final String audience;

    public HubClient(AzureHttp http, String host, String audience) {
        this.paging = new Paging(http);
        this.host = host;
        this.audience = audience;
    }

    /** One row of the query; {@code lastActivity} is null when the device was never active. */
    public record HubDeviceRow(String deviceId, boolean connected, Instant lastActivity) {}

    /** Every device of the hub, page by page: one sweep costs a query per 1,000 devices, never a call per device. */
    public Future<Void> eachDevicePage(Function<List<HubDeviceRow>, Future<Void>> handler) {
        AzureCall query = AzureCall.get(
                        "hub",
                        "query-devices",
                        "https://" + host + "/devices/query?api-version=2021-04-12",
                        audience,
                        AzureLimit.HUB_QUERIES)
                .with(HttpMethod.POST, new JsonObject().put("query", QUERY))
                .safeToRepeat()
                .header("x-ms-max-item-count", "1000");
        return paging.eachContinuedPage(
                query, page -> handler.apply(page.stream().map(HubClient::row).toList()));
    }

    /** The hub's host name. */
    public String host() {
        return host;
    }

    private static HubDeviceRow row(JsonObject item) {
        return new HubDeviceRow(
                item.getString("deviceId"),
                "Connected".equalsIgnoreCase(item.getString("connectionState")),
                instant(item.getString("lastActivityTime")));
    }

    private static Instant instant(String text) {
        if (text == null || text.startsWith(NEVER)) {
            return null;
        }
        try {
            return Instant.parse(text.endsWith("Z") || text.contains("+") ? text : text + "Z");
        } catch (DateTimeParseException unreadable) {
            return null;
        }
    }
}
