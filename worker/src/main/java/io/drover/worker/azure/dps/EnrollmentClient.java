package io.drover.worker.azure.dps;

import io.drover.worker.azure.AzureCall;
import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.AzureHttp;
import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.Paging;
import io.drover.worker.azure.PathSegment;
import io.drover.worker.azure.dps.DpsClient.RegistrationState;
import io.drover.worker.azure.quota.AzureLimit;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Individual enrollments of one provisioning service (service API 2021-10-01, reference section b). */
public final class EnrollmentClient {
    /** Enrollments that one bulk operation takes. */
    public static final int BULK = 10;

    private static final String VERSION = "?api-version=2021-10-01";

    private final AzureHttp http;
    private final Paging paging;
    private final String base;
    private final String audience;

    EnrollmentClient(AzureHttp http, String base, String audience) {
        this.http = http;
        this.paging = new Paging(http);
        this.base = base;
        this.audience = audience;
    }

    /**
     * An enrollment as the query lists it, without what the device proves itself with.
     *
     * @param deviceId the registration id when the enrollment names none
     * @param attestation type on the wire
     */
    public record Listed(String registrationId, String deviceId, String attestation, boolean enabled) {}

    /**
     * An enrollment to be made.
     *
     * @param initialTwin twin that the device begins with at its hub; null for an empty one
     */
    public record Wanted(String registrationId, DeviceAttestation attestation, JsonObject initialTwin) {}

    /** Why one enrollment of a bulk operation was not made; the text is the service's. */
    public record Refusal(int errorCode, String text) {
        /** Whether there is one of this id already. */
        public boolean isConflict() {
            return errorCode / 1000 == 409 || errorCode / 1000 == 412;
        }
    }

    /** All individual enrollments, page by page; the service ignores a filter, so there is none here. */
    public Future<Void> eachPage(Function<List<Listed>, Future<Void>> handler) {
        AzureCall query = call("list-enrollments", "/enrollments/query")
                .with(HttpMethod.POST, new JsonObject().put("query", "SELECT * FROM enrollments"))
                .safeToRepeat()
                .header("x-ms-max-item-count", "1000");
        return paging.eachContinuedPage(
                query,
                page -> handler.apply(
                        page.stream().map(EnrollmentClient::listed).toList()));
    }

    /** What the device proves itself with; empty when it has no enrollment of its own, or one without any of that. */
    public Future<Optional<DeviceAttestation>> attestation(String registrationId) {
        AzureCall call = call("get-device-attestation", enrollment(registrationId) + "/attestationmechanism")
                .with(HttpMethod.POST, null)
                .safeToRepeat();
        return orEmpty(http.send(call).map(answer -> DeviceAttestation.of(answer.bodyAsJsonObject())));
    }

    /** How the device's latest registration went; empty when it never registered. */
    public Future<Optional<RegistrationState>> registration(String registrationId) {
        return orEmpty(http.send(call("get-registration", "/registrations/" + PathSegment.encode(registrationId)))
                .map(answer -> Optional.of(DpsClient.state(answer.bodyAsJsonObject()))));
    }

    /**
     * Makes up to {@link #BULK} enrollments that may assign to these hubs. Completes with those that were not made, by
     * registration id; one that exists is never changed.
     */
    public Future<Map<String, Refusal>> create(List<Wanted> wanted, List<String> hubs) {
        JsonArray items = new JsonArray();
        wanted.forEach(one -> items.add(json(one, hubs)));
        // Creating what was created before is a conflict, which is looked into anyway: safe to send again.
        AzureCall call = call("create-enrollments", "/enrollments")
                .with(HttpMethod.POST, new JsonObject().put("mode", "create").put("enrollments", items))
                .safeToRepeat();
        return http.send(call).map(answer -> {
            JsonObject result = answer.bodyAsJsonObject();
            Map<String, Refusal> refused = new LinkedHashMap<>();
            JsonArray errors = result.getJsonArray("errors", new JsonArray());
            for (int i = 0; i < errors.size(); i++) {
                JsonObject error = errors.getJsonObject(i);
                refused.put(
                        error.getString("registrationId"),
                        new Refusal(error.getInteger("errorCode", 0), error.getString("errorStatus", "")));
            }
            if (refused.isEmpty() && !result.getBoolean("isSuccessful", true)) {
                throw new AzureException(500, "BulkFailed", base + " made no enrollment and did not say why.");
            }
            return refused;
        });
    }

    private static JsonObject json(Wanted wanted, List<String> hubs) {
        JsonObject json = new JsonObject()
                .put("registrationId", wanted.registrationId())
                .put("deviceId", wanted.registrationId())
                .put("attestation", wanted.attestation().toJson())
                .mergeIn(DpsClient.settings(hubs));
        return wanted.initialTwin() == null ? json : json.put("initialTwin", wanted.initialTwin());
    }

    private static Listed listed(JsonObject item) {
        String id = item.getString("registrationId");
        return new Listed(
                id,
                item.getString("deviceId", id),
                item.getJsonObject("attestation", new JsonObject()).getString("type", "none"),
                !"disabled".equals(item.getString("provisioningStatus")));
    }

    private static <T> Future<Optional<T>> orEmpty(Future<Optional<T>> asked) {
        return asked.recover(cause -> cause instanceof AzureException refused && refused.status() == 404
                ? Future.succeededFuture(Optional.empty())
                : Future.failedFuture(cause));
    }

    private static String enrollment(String registrationId) {
        return "/enrollments/" + PathSegment.encode(registrationId);
    }

    private AzureCall call(String operation, String path) {
        return AzureCall.get("dps", operation, base + path + VERSION, audience, AzureLimit.DPS_SERVICE_OPERATIONS);
    }
}
