package io.drover.worker.azure.central;

import io.drover.worker.azure.AzureCall;
import io.drover.worker.azure.AzureHttp;
import io.drover.worker.azure.GroupKeys;
import io.drover.worker.azure.Paging;
import io.drover.worker.azure.PathSegment;
import io.drover.worker.azure.quota.AzureLimit;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** One IoT Central application's REST API 2022-07-31 (reference section a). */
public final class CentralClient {
    private static final String VERSION = "?api-version=2022-07-31";

    private final AzureHttp http;
    private final Paging paging;
    private final String host;
    private final String base;
    private final String audience;

    public CentralClient(AzureHttp http, String host, String audience) {
        this.http = http;
        this.paging = new Paging(http);
        this.host = host;
        this.base = "https://" + host + "/api";
        this.audience = audience;
    }

    /** A device group. */
    public record DeviceGroup(String id, String displayName) {}

    /** A device as the application lists it; {@code template} is null for an unassigned one. */
    public record CentralDevice(String id, String template, boolean enabled, boolean simulated, boolean provisioned) {}

    /** A symmetric-key enrollment group; keys are null for another attestation. */
    public record EnrollmentGroup(String id, String displayName, boolean enabled, String attestation, GroupKeys keys) {}

    /** What the device answered. */
    public record CommandAnswer(int status, String commandId) {}

    /** The application's host name. */
    public String host() {
        return host;
    }

    /** The application's jobs. */
    public CentralJobs jobs() {
        return new CentralJobs(http, base, VERSION, audience);
    }

    /** The application's users and API tokens, as far as their roles go. */
    public CentralRoles roles() {
        return new CentralRoles(http, base, VERSION, audience);
    }

    public Future<List<DeviceGroup>> groups() {
        return paging.allLinked(get("list-groups", "/deviceGroups"))
                .map(items -> items.stream()
                        .map(item -> new DeviceGroup(item.getString("id"), item.getString("displayName")))
                        .toList());
    }

    /** Hands over the group's devices page by page, to the last page. */
    public Future<Void> eachGroupPage(String groupId, Function<List<CentralDevice>, Future<Void>> handler) {
        return paging.eachLinkedPage(
                get("list-group-devices", "/deviceGroups/" + PathSegment.encode(groupId) + "/devices"),
                page -> handler.apply(page.stream().map(CentralClient::device).toList()));
    }

    /** All templates of the application with the way each can be told to move. */
    public Future<List<DeviceTemplate>> templates() {
        return paging.allLinked(get("list-templates", "/deviceTemplates"))
                .map(items -> items.stream().map(DeviceTemplate::of).toList());
    }

    public Future<List<EnrollmentGroup>> enrollmentGroups() {
        return paging.allLinked(get("list-enrollment-groups", "/enrollmentGroups"))
                .map(items -> items.stream().map(CentralClient::enrollmentGroup).toList());
    }

    /**
     * Runs DeviceMove on a device. Fails with the application's refusal; a failure whose outcome is unknown must not be
     * repeated blindly, so this call never retries 5xx by itself; nor does it wait out a 429, as a command that waits
     * here would outlive the deadline that its caller set.
     */
    public Future<CommandAnswer> deviceMove(
            String deviceId, Optional<String> component, Object request, Duration responseTimeout) {
        String path = "/devices/" + PathSegment.encode(deviceId)
                + component
                        .map(name -> "/components/" + PathSegment.encode(name))
                        .orElse("") + "/commands/DeviceMove";
        long seconds = Math.max(5, Math.min(30, responseTimeout.toSeconds()));
        JsonObject body = new JsonObject()
                .put("request", request)
                .put("connectionTimeout", 0)
                .put("responseTimeout", seconds);
        AzureCall call = new AzureCall(
                "central",
                "device-move",
                HttpMethod.POST,
                URI.create(base + path + VERSION),
                audience,
                AzureLimit.CENTRAL_COMMANDS,
                Map.of(),
                body.toBuffer(),
                Duration.ofSeconds(seconds + 15),
                false,
                false);
        return http.send(call).map(answer -> {
            JsonObject json = answer.bodyAsJsonObject();
            return new CommandAnswer(json.getInteger("responseCode", 0), json.getString("id"));
        });
    }

    private AzureCall get(String operation, String path) {
        return AzureCall.get("central", operation, base + path + VERSION, audience, AzureLimit.CENTRAL_REST);
    }

    private static CentralDevice device(JsonObject item) {
        return new CentralDevice(
                item.getString("id"),
                item.getString("template"),
                item.getBoolean("enabled", true),
                item.getBoolean("simulated", false),
                item.getBoolean("provisioned", false));
    }

    private static EnrollmentGroup enrollmentGroup(JsonObject item) {
        JsonObject attestation = item.getJsonObject("attestation", new JsonObject());
        return new EnrollmentGroup(
                item.getString("id"),
                item.getString("displayName"),
                item.getBoolean("enabled", true),
                attestation.getString("type"),
                GroupKeys.of(attestation.getJsonObject("symmetricKey")));
    }
}
