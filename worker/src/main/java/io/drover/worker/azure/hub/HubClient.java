package io.drover.worker.azure.hub;

import io.drover.worker.azure.AzureCall;
import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.AzureHttp;
import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.DeviceKeys;
import io.drover.worker.azure.Paging;
import io.drover.worker.azure.PathSegment;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.azure.x509.CertificatePair;
import io.drover.worker.azure.x509.ShownCertificate;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** One IoT hub's service API 2021-04-12 (reference section e). */
public final class HubClient {
    private static final String VERSION = "?api-version=2021-04-12";
    private static final String ARRIVALS = "SELECT deviceId, connectionState, lastActivityTime FROM devices";
    private static final String IDENTITIES =
            "SELECT deviceId, status, connectionState, authenticationType, capabilities FROM devices";
    private static final String TWINS = "SELECT * FROM devices WHERE deviceId IN ['";
    /** A query may have about 8 KB (reference section e). */
    private static final int LONGEST_LIST = 6_000;

    private static final String CONNECTED = "SELECT deviceId FROM devices WHERE connectionState = 'Connected'";
    /** .NET's minimum date stands for "never". */
    private static final String NEVER = "0001-01-01";
    /** A day's messages are used up; they are granted again at midnight UTC, so asking often is of no use. */
    private static final Duration USED_UP = Duration.ofMinutes(5);

    private final AzureHttp http;
    private final Paging paging;
    private final String host;
    private final String audience;

    public HubClient(AzureHttp http, String host, String audience) {
        this.http = http;
        this.paging = new Paging(http);
        this.host = host;
        this.audience = audience;
    }

    /** One row of the query; {@code lastActivity} is null when the device was never active. */
    public record HubDeviceRow(String deviceId, boolean connected, Instant lastActivity) {}

    /** A device of the registry; {@code connected} is a hint only, up to five minutes late and at times wrong. */
    public record HubIdentity(
            String deviceId, boolean enabled, boolean connected, String authenticationType, boolean edge) {}

    /** Every device of the hub, page by page: one sweep costs a query per 1,000 devices, never a call per device. */
    public Future<Void> eachDevicePage(Function<List<HubDeviceRow>, Future<Void>> handler) {
        return eachPage(ARRIVALS, HubClient::row, handler);
    }

    /**
     * The devices that a condition of the query language selects, page by page.
     *
     * @param condition what follows WHERE; null for every device of the hub
     */
    public Future<Void> eachIdentityPage(String condition, Function<List<HubIdentity>, Future<Void>> handler) {
        String query = condition == null ? IDENTITIES : IDENTITIES + " WHERE " + condition;
        return eachPage(query, HubClient::identity, handler);
    }

    /** Ids of those among them that the hub shows as connected now, page by page. */
    public Future<Void> eachConnectedPage(String condition, Function<List<String>, Future<Void>> handler) {
        String query = condition == null ? CONNECTED : CONNECTED + " AND (" + condition + ")";
        return eachPage(query, item -> item.getString("deviceId"), handler);
    }

    /**
     * A device to be made.
     *
     * @param attestation keys or certificates
     * @param twin tags and desired properties that it begins with
     */
    public record NewDevice(String deviceId, DeviceAttestation attestation, JsonObject twin) {
        private JsonObject toJson() {
            JsonObject json = new JsonObject()
                    .put("id", deviceId)
                    .put("importMode", "create")
                    .put("status", "enabled")
                    .put("authentication", authentication(attestation));
            return json.mergeIn(twin);
        }

        @Override
        public String toString() {
            return "NewDevice[" + deviceId + "]";
        }
    }

    private static JsonObject authentication(DeviceAttestation attestation) {
        if (attestation.keys() != null) {
            return new JsonObject()
                    .put("type", "sas")
                    .put("symmetricKey", attestation.keys().toJson());
        }
        CertificatePair certificates = attestation.certificates();
        JsonObject thumbprints =
                new JsonObject().put("primaryThumbprint", certificates.primary().thumbprint());
        return new JsonObject()
                .put("type", "selfSigned")
                .put(
                        "x509Thumbprint",
                        certificates.secondary() == null
                                ? thumbprints
                                : thumbprints.put(
                                        "secondaryThumbprint",
                                        certificates.secondary().thumbprint()));
    }

    /**
     * Makes up to 100 devices. Completes with those that were not made, by id; one that exists is never changed. Each
     * costs one identity operation.
     */
    public Future<Map<String, Refusal>> create(List<NewDevice> devices) {
        JsonArray items = new JsonArray();
        devices.forEach(device -> items.add(device.toJson()));
        // Creating what was created before is a conflict, which is looked into anyway: safe to send again.
        AzureCall call = call("create-devices", "/devices", AzureLimit.HUB_IDENTITY_OPERATIONS)
                .withList(HttpMethod.POST, items)
                .safeToRepeat()
                .of(Math.max(2, devices.size()));
        return http.send(call).map(answer -> {
            JsonArray errors = answer.bodyAsJsonObject().getJsonArray("errors", new JsonArray());
            Map<String, Refusal> refused = new HashMap<>();
            for (int i = 0; i < errors.size(); i++) {
                JsonObject error = errors.getJsonObject(i);
                refused.put(
                        error.getString("deviceId"),
                        new Refusal(String.valueOf(error.getValue("errorCode")), error.getString("errorStatus", "")));
            }
            return refused;
        });
    }

    /** Why one device of a bulk operation was not made; the text is the hub's. */
    public record Refusal(String code, String text) {
        /** Whether there is one of this id already. */
        public boolean isConflict() {
            return code.startsWith("409") || code.equals("DeviceAlreadyExists");
        }

        /** Whether it says nothing about the device. */
        public boolean isPassing() {
            return code.startsWith("429") || code.startsWith("5") || code.startsWith("Throttling");
        }
    }

    /** Hands over the twins of these devices, by as few queries as hold their ids; one that the hub has not is left out. */
    public Future<Void> eachTwin(List<String> deviceIds, BiConsumer<String, JsonObject> handler) {
        Future<Void> all = Future.succeededFuture();
        int from = 0;
        while (from < deviceIds.size()) {
            int to = from;
            int length = 0;
            while (to < deviceIds.size() && length < LONGEST_LIST) {
                length += deviceIds.get(to).length() + 4;
                to++;
            }
            List<String> some = deviceIds.subList(from, to);
            all = all.compose(done -> twins(some, handler));
            from = to;
        }
        return all;
    }

    /** An id with a quote in it is asked for by itself. */
    private Future<Void> twins(List<String> deviceIds, BiConsumer<String, JsonObject> handler) {
        List<String> plain =
                deviceIds.stream().filter(id -> id.indexOf('\'') < 0).toList();
        Future<Void> all = plain.isEmpty()
                ? Future.succeededFuture()
                : eachPage(TWINS + String.join("', '", plain) + "']", item -> item, page -> {
                    page.forEach(twin -> handler.accept(twin.getString("deviceId"), twin));
                    return Future.succeededFuture();
                });
        for (String id : deviceIds) {
            if (id.indexOf('\'') >= 0) {
                all = all.compose(done -> twin(id))
                        .onSuccess(twin -> twin.ifPresent(found -> handler.accept(id, found)))
                        .mapEmpty();
            }
        }
        return all;
    }

    /** The twins of some devices that a condition selects: one query. */
    public Future<List<JsonObject>> someTwins(String condition) {
        String query = "SELECT * FROM devices" + (condition == null ? "" : " WHERE " + condition);
        AzureCall call = call("query-devices", "/devices/query", AzureLimit.HUB_QUERIES)
                .with(HttpMethod.POST, new JsonObject().put("query", query))
                .safeToRepeat()
                .header("x-ms-max-item-count", "100");
        return http.send(call)
                .map(answer -> answer.bodyAsJsonArray().stream()
                        .map(JsonObject.class::cast)
                        .toList());
    }

    /** A device's twin; empty when the hub has none of this id. */
    public Future<Optional<JsonObject>> twin(String deviceId) {
        return orGone(http.send(call("get-twin", twinPath(deviceId), AzureLimit.HUB_TWIN_READS))
                .map(answer -> Optional.of(answer.bodyAsJsonObject())));
    }

    /** Merges tags and desired properties into a twin; completes with the whole twin as it is then. */
    public Future<JsonObject> patchTwin(String deviceId, JsonObject changes) {
        AzureCall call = call("patch-twin", twinPath(deviceId), AzureLimit.HUB_TWIN_UPDATES)
                .with(HttpMethod.PATCH, changes)
                .safeToRepeat();
        return http.send(call).map(answer -> answer.bodyAsJsonObject());
    }

    private static String twinPath(String deviceId) {
        return "/twins/" + PathSegment.encode(deviceId);
    }

    private <T> Future<Void> eachPage(
            String query, Function<JsonObject, T> reader, Function<List<T>, Future<Void>> handler) {
        AzureCall call = call("query-devices", "/devices/query", AzureLimit.HUB_QUERIES)
                .with(HttpMethod.POST, new JsonObject().put("query", query))
                .safeToRepeat()
                .header("x-ms-max-item-count", "1000");
        return paging.eachContinuedPage(
                call, page -> handler.apply(page.stream().map(reader).toList()));
    }

    /** A device as it stands now; empty when the hub has none of this id. Costs one identity operation. */
    public Future<Optional<HubDeviceRow>> activity(String deviceId) {
        return orGone(http.send(identityCall("get-device", deviceId))
                .map(answer -> Optional.of(row(answer.bodyAsJsonObject()))));
    }

    /** Deletes a device for good; one that is gone is no failure. Costs one identity operation. */
    public Future<Void> delete(String deviceId) {
        AzureCall call = identityCall("delete-device", deviceId)
                .with(HttpMethod.DELETE, null)
                .safeToRepeat()
                .header("if-match", "*");
        return orGone(http.send(call).map(answer -> Optional.of(deviceId))).mapEmpty();
    }

    private AzureCall identityCall(String operation, String deviceId) {
        return call(operation, "/devices/" + PathSegment.encode(deviceId), AzureLimit.HUB_IDENTITY_OPERATIONS);
    }

    private static <T> Future<Optional<T>> orGone(Future<Optional<T>> asked) {
        return asked.recover(cause -> cause instanceof AzureException refused && refused.status() == 404
                ? Future.succeededFuture(Optional.empty())
                : Future.failedFuture(cause));
    }

    /** The device's keys in the registry; needs a right to read it. Costs one identity operation of a scarce limit. */
    public Future<DeviceKeys> keys(String deviceId) {
        return authentication(deviceId).map(authentication -> {
            DeviceKeys keys = DeviceKeys.of(authentication.getJsonObject("symmetricKey"));
            return keys == null ? new DeviceKeys(null, null) : keys;
        });
    }

    /**
     * What the device signs in with at this hub: its keys, or the thumbprints of its certificates; empty when it is
     * neither, as for a device under an authority. Costs what {@link #keys} costs.
     */
    public Future<Optional<DeviceAttestation>> credentials(String deviceId) {
        return authentication(deviceId).map(authentication -> {
            JsonObject thumbprints = authentication.getJsonObject("x509Thumbprint", new JsonObject());
            return CertificatePair.of(
                            ShownCertificate.of(thumbprints.getString("primaryThumbprint")),
                            ShownCertificate.of(thumbprints.getString("secondaryThumbprint")))
                    .map(DeviceAttestation::of)
                    .or(() -> Optional.ofNullable(DeviceKeys.of(authentication.getJsonObject("symmetricKey")))
                            .map(DeviceAttestation::of));
        });
    }

    private Future<JsonObject> authentication(String deviceId) {
        return http.send(call(
                        "get-device", "/devices/" + PathSegment.encode(deviceId), AzureLimit.HUB_IDENTITY_OPERATIONS))
                .map(answer -> answer.bodyAsJsonObject().getJsonObject("authentication", new JsonObject()));
    }

    /**
     * Calls a direct method once and completes with the device's own status. An offline device is refused at once. Fails
     * with {@link AzureException} as the hub refuses; never repeated, as the device may have heard it, and not waited for
     * when throttled: a call that waits here would outlive the deadline that its caller set.
     *
     * @param responseTimeout how long the device may take; the hub allows 5 to 300 s
     */
    public Future<Integer> invoke(String deviceId, String method, Object payload, Duration responseTimeout) {
        long seconds = Math.max(5, Math.min(300, responseTimeout.toSeconds()));
        JsonObject body = new JsonObject()
                .put("methodName", method)
                .put("payload", payload)
                .put("responseTimeoutInSeconds", seconds)
                .put("connectTimeoutInSeconds", 0);
        AzureCall call = new AzureCall(
                "hub",
                "invoke-method",
                HttpMethod.POST,
                URI.create(uri("/twins/" + PathSegment.encode(deviceId) + "/methods")),
                audience,
                AzureLimit.HUB_DIRECT_METHODS,
                Map.of(),
                body.toBuffer(),
                Duration.ofSeconds(seconds + 15),
                false,
                false,
                1);
        return http.send(call)
                .map(answer -> answer.bodyAsJsonObject().getInteger("status", 0))
                .recover(cause ->
                        Future.failedFuture(cause instanceof AzureException refused ? usedUp(refused) : cause));
    }

    /** 403002 is no want of rights: the hub's messages of the day are used up, direct methods among them. */
    private static AzureException usedUp(AzureException refused) {
        boolean quota = refused.status() == 403
                && (refused.code().equals("403002") || refused.code().equals("IotHubQuotaExceeded"));
        return quota ? new AzureException(429, refused.code(), refused.getMessage(), USED_UP) : refused;
    }

    /** The hub's host name. */
    public String host() {
        return host;
    }

    private AzureCall call(String operation, String path, AzureLimit limit) {
        return AzureCall.get("hub", operation, uri(path), audience, limit);
    }

    private String uri(String path) {
        return "https://" + host + path + VERSION;
    }

    private static HubDeviceRow row(JsonObject item) {
        return new HubDeviceRow(
                item.getString("deviceId"), isConnected(item), instant(item.getString("lastActivityTime")));
    }

    private static HubIdentity identity(JsonObject item) {
        return new HubIdentity(
                item.getString("deviceId"),
                !"disabled".equalsIgnoreCase(item.getString("status")),
                isConnected(item),
                item.getString("authenticationType", "none"),
                item.getJsonObject("capabilities", new JsonObject()).getBoolean("iotEdge", false));
    }

    private static boolean isConnected(JsonObject item) {
        return "Connected".equalsIgnoreCase(item.getString("connectionState"));
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
