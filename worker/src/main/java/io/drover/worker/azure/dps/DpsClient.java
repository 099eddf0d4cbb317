package io.drover.worker.azure.dps;

import io.drover.worker.azure.AzureCall;
import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.AzureHttp;
import io.drover.worker.azure.GroupAttestation;
import io.drover.worker.azure.GroupKeys;
import io.drover.worker.azure.Paging;
import io.drover.worker.azure.PathSegment;
import io.drover.worker.azure.quota.AzureLimit;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** One provisioning service's service API 2021-10-01 (reference section b). */
public final class DpsClient {
    private static final String VERSION = "?api-version=2021-10-01";

    private final AzureHttp http;
    private final Paging paging;
    private final String base;
    private final String audience;

    public DpsClient(AzureHttp http, String serviceHost, String audience) {
        this.http = http;
        this.paging = new Paging(http);
        this.base = "https://" + serviceHost;
        this.audience = audience;
    }

    /** One device's registration; {@code updated} is null when the service gave none. */
    public record RegistrationState(
            String registrationId, String deviceId, String status, String assignedHub, Instant updated, String error) {}

    /** An enrollment group without its keys. */
    public record EnrollmentGroup(String id, String attestation, boolean enabled) {
        /** Whether device keys derive from keys of the group. */
        public boolean symmetric() {
            return "symmetricKey".equals(attestation);
        }

        /** Whether devices come with certificates that an authority of the group has signed. */
        public boolean certificates() {
            return "x509".equals(attestation);
        }
    }

    /** All enrollment groups, of which a service has 200 at most; the service ignores a filter, so there is none here. */
    public Future<List<EnrollmentGroup>> groups() {
        List<EnrollmentGroup> all = new ArrayList<>();
        AzureCall query = call("list-enrollment-groups", "/enrollmentGroups/query")
                .with(HttpMethod.POST, new JsonObject().put("query", "SELECT * FROM enrollmentGroups"))
                .safeToRepeat();
        return paging.eachContinuedPage(query, page -> {
                    page.stream().map(DpsClient::enrollmentGroup).forEach(all::add);
                    return Future.succeededFuture();
                })
                .map(done -> List.copyOf(all));
    }

    private static EnrollmentGroup enrollmentGroup(JsonObject item) {
        return new EnrollmentGroup(
                item.getString("enrollmentGroupId"),
                item.getJsonObject("attestation", new JsonObject()).getString("type", "none"),
                !"disabled".equals(item.getString("provisioningStatus")));
    }

    /** Whether the enrollment group exists. */
    public Future<Boolean> exists(String groupId) {
        return http.send(call("get-enrollment-group", group(groupId)))
                .map(answer -> true)
                .recover(cause -> cause instanceof AzureException refused && refused.status() == 404
                        ? Future.succeededFuture(false)
                        : Future.failedFuture(cause));
    }

    /** The service's individual enrollments. */
    public EnrollmentClient enrollments() {
        return new EnrollmentClient(http, base, audience);
    }

    /** What the group's devices prove themselves with; empty when it is neither keys nor certificates. */
    public Future<Optional<GroupAttestation>> attestation(String groupId) {
        return http.send(mechanism(groupId)).map(answer -> GroupAttestation.of(answer.bodyAsJsonObject()));
    }

    private AzureCall mechanism(String groupId) {
        return call("get-attestation", group(groupId) + "/attestationmechanism")
                .with(HttpMethod.POST, null)
                .safeToRepeat();
    }

    /** The keys that the group attests with; empty when it attests otherwise. */
    public Future<Optional<GroupKeys>> keys(String groupId) {
        return attestation(groupId).map(found -> found.map(GroupAttestation::keys));
    }

    /** Creates an enrollment group that may assign to these hubs. Fails with 409 or 412 when it exists. */
    public Future<Void> create(String groupId, GroupAttestation attestation, List<String> hubs) {
        JsonObject body = new JsonObject()
                .put("enrollmentGroupId", groupId)
                .put("attestation", attestation.toJson())
                .mergeIn(settings(hubs));
        return http.send(call("create-enrollment-group", group(groupId)).with(HttpMethod.PUT, body))
                .mapEmpty();
    }

    /** How enrollments of either kind assign and assign again. */
    static JsonObject settings(List<String> hubs) {
        return new JsonObject()
                .put("provisioningStatus", "enabled")
                .put("allocationPolicy", "hashed")
                .put("iotHubs", new JsonArray(List.copyOf(hubs)))
                .put(
                        "reprovisionPolicy",
                        new JsonObject().put("updateHubAssignment", true).put("migrateDeviceData", true));
    }

    /** All registration states of a group, page by page; the service's own filter is ignored, so there is none here. */
    public Future<Void> eachRegistrationPage(String groupId, Function<List<RegistrationState>, Future<Void>> handler) {
        return paging.eachContinuedPage(
                registrations(groupId),
                page -> handler.apply(page.stream().map(DpsClient::state).toList()));
    }

    /** The first page of a group's registration states. */
    public Future<List<RegistrationState>> someRegistrations(String groupId) {
        return http.send(registrations(groupId)).map(answer -> {
            JsonArray page = answer.bodyAsJsonArray();
            return page.stream().map(item -> state((JsonObject) item)).toList();
        });
    }

    /** Deletes a device's registration record and its enrollment of its own, where there are any. */
    public Future<Void> forget(String registrationId) {
        String id = PathSegment.encode(registrationId);
        return gone("delete-registration", "/registrations/" + id)
                .compose(done -> gone("delete-enrollment", "/enrollments/" + id));
    }

    private Future<Void> gone(String operation, String path) {
        return http.send(call(operation, path).with(HttpMethod.DELETE, null).safeToRepeat())
                .<Void>mapEmpty()
                .recover(cause -> cause instanceof AzureException refused && refused.status() == 404
                        ? Future.succeededFuture()
                        : Future.failedFuture(cause));
    }

    private AzureCall registrations(String groupId) {
        return call("list-registrations", "/registrations/" + PathSegment.encode(groupId) + "/query")
                .with(HttpMethod.POST, null)
                .safeToRepeat()
                .header("x-ms-max-item-count", "1000");
    }

    private static String group(String groupId) {
        return "/enrollmentGroups/" + PathSegment.encode(groupId);
    }

    private AzureCall call(String operation, String path) {
        return AzureCall.get("dps", operation, base + path + VERSION, audience, AzureLimit.DPS_SERVICE_OPERATIONS);
    }

    static RegistrationState state(JsonObject item) {
        String id = item.getString("registrationId");
        Integer code = item.getInteger("errorCode");
        return new RegistrationState(
                id,
                item.getString("deviceId", id),
                item.getString("status", "unassigned"),
                item.getString("assignedHub"),
                item.getInstant("lastUpdatedDateTimeUtc"),
                code == null || code == 0 ? null : code + " " + item.getString("errorMessage", ""));
    }
}
