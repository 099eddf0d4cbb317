package io.drover.worker.azure.central;

import io.drover.worker.azure.AzureCall;
import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.AzureHttp;
import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.GroupKeys;
import io.drover.worker.azure.Paging;
import io.drover.worker.azure.PathSegment;
import io.drover.worker.azure.central.DeviceTemplate.TelemetryName;
import io.drover.worker.azure.quota.AzureLimit;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
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
    public record CentralDevice(
            String id,
            String displayName,
            String template,
            List<String> organizations,
            boolean enabled,
            boolean simulated,
            boolean provisioned) {
        public CentralDevice {
            organizations = List.copyOf(organizations);
        }
    }

    /** An enrollment group; keys are null where devices do not come with keys. */
    public record EnrollmentGroup(
            String id, String displayName, boolean enabled, boolean edge, String attestation, GroupKeys keys) {
        /** Whether devices come with certificates that an authority of the group has signed. */
        public boolean certificates() {
            return "x509".equals(attestation);
        }
    }

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

    /** Hands over all devices of the application page by page, to the last page. */
    public Future<Void> eachDevicePage(Function<List<CentralDevice>, Future<Void>> handler) {
        return paging.eachLinkedPage(
                get("list-devices", "/devices"),
                page -> handler.apply(page.stream().map(CentralClient::device).toList()));
    }

    /** The id of some device; empty when the application has none. */
    public Future<Optional<String>> someDevice() {
        return http.send(get("list-devices", "/devices")).map(answer -> {
            JsonArray page = answer.bodyAsJsonObject().getJsonArray("value", new JsonArray());
            return page.isEmpty()
                    ? Optional.empty()
                    : Optional.of(page.getJsonObject(0).getString("id"));
        });
    }

    /** A device; empty when the application has none of this id. */
    public Future<Optional<CentralDevice>> device(String deviceId) {
        return found(http.send(get("get-device", path(deviceId, ""))).map(answer -> device(answer.bodyAsJsonObject())));
    }

    /** Adds a device, or replaces the one there is: look first. {@code template} null leaves it unassigned. */
    public Future<Void> putDevice(String deviceId, String displayName, String template) {
        JsonObject body = new JsonObject()
                .put("displayName", displayName)
                .put("enabled", true)
                .put("simulated", false)
                .put("template", template);
        return http.send(get("put-device", path(deviceId, ""))
                        .with(HttpMethod.PUT, body)
                        .safeToRepeat())
                .mapEmpty();
    }

    /** Deletes a device for good; one that is gone is no failure. */
    public Future<Void> deleteDevice(String deviceId) {
        return found(http.send(get("delete-device", path(deviceId, ""))
                                .with(HttpMethod.DELETE, null)
                                .safeToRepeat())
                        .map(answer -> deviceId))
                .mapEmpty();
    }

    /** Assigns a device to a template and leaves the rest of it as it is. */
    public Future<Void> assignTemplate(String deviceId, String template) {
        return patchDevice(deviceId, new JsonObject().put("template", template));
    }

    /** Changes what a device is, such as its name, and leaves the rest of it as it is. */
    public Future<Void> patchDevice(String deviceId, JsonObject changes) {
        return http.send(get("patch-device", path(deviceId, ""))
                        .with(HttpMethod.PATCH, changes)
                        .safeToRepeat())
                .mapEmpty();
    }

    /** The properties of a device with their {@code $metadata}, those of components under the components' names. */
    public Future<JsonObject> properties(String deviceId) {
        return http.send(get("get-properties", path(deviceId, "/properties"))).map(answer -> answer.bodyAsJsonObject());
    }

    /** Writes writable and cloud properties of a device or of one component, and leaves all others as they are. */
    public Future<Void> patchProperties(String deviceId, Optional<String> component, JsonObject values) {
        String part =
                component.map(name -> "/components/" + PathSegment.encode(name)).orElse("") + "/properties";
        return http.send(get("patch-properties", path(deviceId, part))
                        .with(HttpMethod.PATCH, values)
                        .safeToRepeat())
                .mapEmpty();
    }

    /** The application's id scope, which only the credentials of a device tell. */
    public Future<String> idScope(String deviceId) {
        return http.send(get("get-device-credentials", path(deviceId, "/credentials")))
                .map(answer -> answer.bodyAsJsonObject().getString("idScope"));
    }

    /** When the application took in the last value of a telemetry; empty when it has none or knows no such telemetry. */
    public Future<Optional<Instant>> lastTelemetry(String deviceId, TelemetryName telemetry) {
        String component =
                telemetry.component() == null ? "" : "/components/" + PathSegment.encode(telemetry.component());
        String part = component + "/telemetry/" + PathSegment.encode(telemetry.name());
        return found(http.send(get("get-telemetry", path(deviceId, part)))
                .map(answer -> answer.bodyAsJsonObject().getInstant("timestamp")));
    }

    /**
     * When the device last reported a property; empty when it did not. What was written from the cloud does not count:
     * nothing says whether its time is that of the writing or of the device's answer.
     */
    public Future<Optional<Instant>> lastReport(String deviceId) {
        return found(http.send(get("get-properties", path(deviceId, "/properties")))
                .map(answer -> ReportedProperties.latest(answer.bodyAsJsonObject())));
    }

    /** Creates a group for ordinary devices. Fails with 409 when another group has one of the keys. */
    public Future<Void> createEnrollmentGroup(String groupId, String displayName, GroupKeys keys) {
        return createEnrollmentGroup(
                groupId,
                displayName,
                new JsonObject().put("type", "symmetricKey").put("symmetricKey", keys.toJson()));
    }

    /** Creates a group for devices with certificates, none of which it has yet. */
    public Future<Void> createCertificateGroup(String groupId, String displayName) {
        return createEnrollmentGroup(groupId, displayName, new JsonObject().put("type", "x509"));
    }

    private Future<Void> createEnrollmentGroup(String groupId, String displayName, JsonObject attestation) {
        JsonObject body = new JsonObject()
                .put("displayName", displayName)
                .put("enabled", true)
                .put("type", "iot")
                .put("attestation", attestation);
        return http.send(get("create-enrollment-group", "/enrollmentGroups/" + PathSegment.encode(groupId))
                        .with(HttpMethod.PUT, body))
                .mapEmpty();
    }

    private static String path(String deviceId, String part) {
        return "/devices/" + PathSegment.encode(deviceId) + part;
    }

    private static <T> Future<Optional<T>> found(Future<T> answer) {
        return answer.map(Optional::ofNullable)
                .recover(cause -> cause instanceof AzureException refused && refused.status() == 404
                        ? Future.succeededFuture(Optional.empty())
                        : Future.failedFuture(cause));
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

    /** The certificates of an X.509 enrollment group. */
    public GroupCertificates certificates(String groupId) {
        return new GroupCertificates(
                http, base + "/enrollmentGroups/" + PathSegment.encode(groupId) + "/certificates/", VERSION, audience);
    }

    /**
     * What the device proves itself with; for a device of an enrollment group with keys the derived ones. Empty when the
     * application shows none. A device that comes with a certificate of a group cannot be told from one with keys.
     */
    public Future<Optional<DeviceAttestation>> credentials(String deviceId) {
        return http.send(get("get-credentials", "/devices/" + PathSegment.encode(deviceId) + "/credentials"))
                .map(answer -> DeviceAttestation.of(answer.bodyAsJsonObject()));
    }

    /** The individual enrollment of a device; empty where there is none. Certificates are shown by their thumbprints. */
    public Future<Optional<DeviceAttestation>> attestation(String deviceId) {
        return http.send(get("get-attestation", attestationPath(deviceId)))
                .map(answer -> DeviceAttestation.of(answer.bodyAsJsonObject()))
                .recover(cause -> cause instanceof AzureException refused && refused.status() == 404
                        ? Future.succeededFuture(Optional.empty())
                        : Future.failedFuture(cause));
    }

    /** Gives a device an individual enrollment, which overrides its group's; the device must be there. */
    public Future<Void> attest(String deviceId, DeviceAttestation attestation) {
        return http.send(get("put-attestation", attestationPath(deviceId))
                        .with(HttpMethod.PUT, attestation.toJson())
                        .safeToRepeat())
                .mapEmpty();
    }

    private static String attestationPath(String deviceId) {
        return "/devices/" + PathSegment.encode(deviceId) + "/attestation";
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
                false,
                1);
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
                item.getString("displayName"),
                item.getString("template"),
                item.getJsonArray("organizations", new JsonArray()).stream()
                        .map(Object::toString)
                        .toList(),
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
                "iotEdge".equals(item.getString("type")),
                attestation.getString("type"),
                GroupKeys.of(attestation.getJsonObject("symmetricKey")));
    }
}
