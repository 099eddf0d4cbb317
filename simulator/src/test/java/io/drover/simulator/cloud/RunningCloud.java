package io.drover.simulator.cloud;

import io.drover.simulator.cloud.tls.DeviceCertificates;
import io.drover.simulator.contract.RecordedContract;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * A whole emulated cloud with one application to leave and one DPS and hub to reach, and a caller who uses its REST APIs with
 * Entra tokens. Everything goes over sockets; methods block.
 */
final class RunningCloud {
    static final String APPLICATION = "source-app";
    static final String STILL_APPLICATION = "still-app";
    static final String STILL_TEMPLATE = "dtmi:drover:still;1";
    static final String GROUP = "all-devices";
    static final String TEMPLATE = "dtmi:drover:truck;1";
    static final String TARGET_HUB = "target-hub.azure-devices.test";
    static final String GLOBAL_PROVISIONING = "global.azure-devices-provisioning.test";
    static final String TENANT = "11111111-1111-1111-1111-111111111111";
    static final String SUBSCRIPTION = "22222222-2222-2222-2222-222222222222";
    private static final String CLIENT = "33333333-3333-3333-3333-333333333333";
    static final String SECRET_VARIABLE = "DROVER_TEST_SECRET";
    static final String SECRET = "s3cret";
    static final String TARGET_DPS = "target-dps.azure-devices-provisioning.test";
    static final String LOGIN = "login.microsoftonline.test";
    static final String CENTRAL = APPLICATION + ".azureiotcentral.test";
    private static final Duration DEADLINE = Duration.ofSeconds(40);

    private final Vertx vertx = Vertx.vertx();
    private final Path exchanges;
    private final Cloud cloud;
    private final WebClient https;
    private final WebClient http;

    RunningCloud(Path data) throws Exception {
        this(CloudOptions.ephemeral(data).withTimeCompression(10));
    }

    RunningCloud(CloudOptions options) throws Exception {
        exchanges = options.dataDirectory().resolve("exchanges.ndjson");
        cloud = await(Cloud.start(vertx, options, Optional.of(exchanges)));
        https = WebClient.create(
                vertx,
                new WebClientOptions()
                        .setSsl(true)
                        .setVerifyHost(true)
                        .setTrustOptions(new PemTrustOptions()
                                .addCertPath(cloud.ports().caCertificate().toString())));
        http = WebClient.create(vertx);
        addToEstate(estate());
        // Tests ask as fast as the machine is; CentralApiIT and HubRestApiIT have what quotas refuse.
        expect(204, control(HttpMethod.POST, "/control/quotas", new JsonObject().put("enforced", false)));
    }

    /** Adds what the estate names to what there is. */
    void addToEstate(JsonObject more) throws Exception {
        expect(
                204,
                await(http.put(cloud.ports().control(), CloudOptions.HOST, "/control/estate")
                        .sendJsonObject(more)));
    }

    Vertx vertx() {
        return vertx;
    }

    /** Where every HTTPS exchange is recorded; whole only after the stop. */
    Path exchanges() {
        return exchanges;
    }

    CloudPorts ports() {
        return cloud.ports();
    }

    void addDevice(String id) throws Exception {
        JsonObject devices = new JsonObject().put("template", TEMPLATE).put("ids", new JsonArray().add(id));
        expect(
                200,
                await(http.post(
                                cloud.ports().control(),
                                CloudOptions.HOST,
                                "/control/applications/" + APPLICATION + "/devices")
                        .sendJsonObject(devices)));
    }

    /** A call to IoT Central's REST API by an administrator of the application. */
    HttpResponse<Buffer> central(HttpMethod method, String path, JsonObject body) throws Exception {
        return call(
                method, CENTRAL, path + "?api-version=2022-07-31", "https://apps.azureiotcentral.test/.default", body);
    }

    /** A call to the target hub's service API. */
    HttpResponse<Buffer> targetHub(HttpMethod method, String path, JsonObject body) throws Exception {
        return call(method, TARGET_HUB, path + "?api-version=2021-04-12", "https://iothubs.azure.test/.default", body);
    }

    /** A call to the target DPS's service API. */
    HttpResponse<Buffer> targetDps(HttpMethod method, String path, JsonObject body) throws Exception {
        return call(
                method,
                TARGET_DPS,
                path + "?api-version=2021-10-01",
                "https://azure-devices-provisioning.test/.default",
                body);
    }

    /** A call to the device API of DPS with a device's token. */
    HttpResponse<Buffer> device(HttpMethod method, String path, String token, JsonObject body) throws Exception {
        HttpRequest<Buffer> request = request(method, GLOBAL_PROVISIONING, path + "?api-version=2021-10-01")
                .putHeader("Authorization", token);
        return await(body == null ? request.send() : request.sendJsonObject(body));
    }

    /** Registers at DPS over HTTPS with a TLS client certificate. */
    HttpResponse<Buffer> registerByCertificate(DeviceCertificates device, String idScope, String id) throws Exception {
        WebClient client = WebClient.create(
                vertx,
                new WebClientOptions()
                        .setSsl(true)
                        .setTrustOptions(new PemTrustOptions()
                                .addCertPath(cloud.ports().caCertificate().toString()))
                        .setKeyCertOptions(device.clientOptions()));
        try {
            SocketAddress server = SocketAddress.inetSocketAddress(cloud.ports().https(), CloudOptions.HOST);
            String path = "/" + idScope + "/registrations/" + id + "/register?api-version=2021-10-01";
            return await(client.request(HttpMethod.PUT, server, 443, GLOBAL_PROVISIONING, path)
                    .sendJsonObject(new JsonObject().put("registrationId", id)));
        } finally {
            client.close();
        }
    }

    /** A call to the control API. */
    HttpResponse<Buffer> control(HttpMethod method, String path, JsonObject body) throws Exception {
        HttpRequest<Buffer> request = http.request(method, cloud.ports().control(), CloudOptions.HOST, path);
        return await(body == null ? request.send() : request.sendJsonObject(body));
    }

    /** Key of the enrollment group whose devices IoT Central knows, as its REST API shows it. */
    JsonObject sourceGroupKeys() throws Exception {
        return central(HttpMethod.GET, "/api/enrollmentGroups/SAS-IoT-Devices", null)
                .bodyAsJsonObject()
                .getJsonObject("attestation")
                .getJsonObject("symmetricKey");
    }

    /** The id scope of IoT Central's own provisioning service, as a device's credentials show it. */
    String sourceIdScope(String deviceId) throws Exception {
        return central(HttpMethod.GET, "/api/devices/" + deviceId + "/credentials", null)
                .bodyAsJsonObject()
                .getString("idScope");
    }

    /** The id scope of the target DPS, as the resource manager shows it. */
    String targetIdScope() throws Exception {
        return call(
                        HttpMethod.GET,
                        "management.azure.test",
                        "/subscriptions/" + SUBSCRIPTION
                                + "/providers/Microsoft.Devices/provisioningServices?api-version=2022-02-05",
                        "https://management.azure.test/.default",
                        null)
                .bodyAsJsonObject()
                .getJsonArray("value")
                .getJsonObject(0)
                .getJsonObject("properties")
                .getString("idScope");
    }

    /** What Microsoft's service clients take: the target hub's name, a policy and its key, as the resource manager gives it. */
    String targetHubConnectionString(String policy) throws Exception {
        String hubs = "/subscriptions/" + SUBSCRIPTION + "/providers/Microsoft.Devices/IotHubs";
        String scope = "https://management.azure.test/.default";
        String version = "?api-version=2023-06-30";
        JsonArray found = call(HttpMethod.GET, "management.azure.test", hubs + version, scope, null)
                .bodyAsJsonObject()
                .getJsonArray("value");
        String id = found.getJsonObject(0).getString("id");
        JsonObject keys = call(
                        HttpMethod.POST,
                        "management.azure.test",
                        id + "/IotHubKeys/" + policy + "/listkeys" + version,
                        scope,
                        null)
                .bodyAsJsonObject();
        return "HostName=" + TARGET_HUB + ";SharedAccessKeyName=" + policy + ";SharedAccessKey="
                + keys.getString("primaryKey");
    }

    /** Makes an enrollment group in the target DPS that takes the keys devices already hold. */
    void enrollAtTarget(JsonObject keys) throws Exception {
        JsonObject group = new JsonObject()
                .put("enrollmentGroupId", "moved")
                .put("attestation", new JsonObject().put("type", "symmetricKey").put("symmetricKey", keys))
                .put("provisioningStatus", "enabled");
        expect(
                200,
                call(
                        HttpMethod.PUT,
                        TARGET_DPS,
                        "/enrollmentGroups/moved?api-version=2021-10-01",
                        "https://azure-devices-provisioning.test/.default",
                        group));
    }

    /** Names of the target DPS's enrollment groups. */
    List<String> targetEnrollmentGroups() throws Exception {
        JsonArray groups = call(
                        HttpMethod.POST,
                        TARGET_DPS,
                        "/enrollmentGroups/query?api-version=2021-10-01",
                        "https://azure-devices-provisioning.test/.default",
                        new JsonObject().put("query", "SELECT * FROM enrollmentGroups"))
                .bodyAsJsonArray();
        return groups.stream()
                .map(group -> ((JsonObject) group).getString("enrollmentGroupId"))
                .toList();
    }

    /** A worker's configuration that moves the application's devices to the target; the secret is in {@code SECRET_VARIABLE}. */
    String workerConfiguration() {
        return workerConfiguration(
                """
                  tenant: %s
                  clientId: %s
                  clientSecret: { env: %s }
                """.formatted(TENANT, CLIENT, SECRET_VARIABLE).stripTrailing());
    }

    /** The same for a worker that signs in as these lines of {@code entra} say. */
    String workerConfiguration(String signIn) {
        return """
                entra:
                  authority: https://login.microsoftonline.test
                %s
                azure:
                  resourceManager: https://management.azure.test
                  centralDomain: azureiotcentral.test
                  centralAudience: https://apps.azureiotcentral.test
                  dpsAudience: https://azure-devices-provisioning.test
                  hubAudience: https://iothubs.azure.test
                  timeCompression: 10
                network:
                  trustedCa: %s
                  connectTo:
                    - { host: "*.servicebus.test", address: 127.0.0.1, port: %d }
                    - { host: "*.test", address: 127.0.0.1, port: %d }
                migration:
                  name: trial
                  source: { application: %s, deviceGroup: %s }
                  target: { provisioningService: target-dps }
                  deadlines: { answer: 5s, assigned: 5s, connected: 5s, telemetry: 5s, offline: 2s }
                ledger: { url: "jdbc:sqlite:ledger.db" }
                management: { host: 127.0.0.1, port: 0 }
                """.formatted(
                        signIn,
                        cloud.ports().caCertificate(),
                        cloud.ports().amqp(),
                        cloud.ports().https(),
                        APPLICATION,
                        GROUP);
    }

    /** What really happened to the device, from the control API. */
    JsonObject truth(String deviceId) throws Exception {
        String lines = await(http.get(
                                cloud.ports().control(), CloudOptions.HOST, "/control/truth?application=" + APPLICATION)
                        .send())
                .bodyAsString();
        return lines.lines()
                .map(JsonObject::new)
                .filter(line -> line.getString("deviceId").equals(deviceId))
                .findFirst()
                .orElseThrow();
    }

    /** A call to the control API yet to be sent. */
    HttpRequest<Buffer> controlRequest(HttpMethod method, String path) {
        return http.request(method, cloud.ports().control(), CloudOptions.HOST, path);
    }

    /** Switches a fault on. */
    void fault(String name, JsonObject settings) throws Exception {
        expect(204, control(HttpMethod.PUT, "/control/faults/" + name, settings));
    }

    /** Switches all faults off. */
    void noFaults() throws Exception {
        expect(204, control(HttpMethod.DELETE, "/control/faults", null));
    }

    /** How often faults of this kind have struck. */
    long injected(String kind) throws Exception {
        return control(HttpMethod.GET, "/control/faults", null).bodyAsJsonObject().getJsonArray("kinds").stream()
                .map(JsonObject.class::cast)
                .filter(each -> each.getString("fault").equals(kind))
                .findFirst()
                .orElseThrow()
                .getLong("injected");
    }

    /** Waits until the condition holds; fails after the deadline. */
    void until(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("the condition did not come true within " + DEADLINE);
            }
            await(vertx.timer(10));
        }
    }

    <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Stops all; fails when a request that was granted, or any answer, was not as the OpenAPI documents say. */
    void stop() throws Exception {
        await(cloud.close());
        await(vertx.close());
        RecordedContract.hold(exchanges);
    }

    /** As {@link #stop}, for tests that make answers wrong on purpose, or requests that no client makes. */
    void stopWhereNothingIsAsDocumented() throws Exception {
        await(cloud.close());
        await(vertx.close());
    }

    private HttpResponse<Buffer> call(HttpMethod method, String host, String path, String scope, JsonObject body)
            throws Exception {
        return send(method, host, path, "Bearer " + token(scope), body);
    }

    /** A call to any emulated host with this Authorization header; null for none. */
    HttpResponse<Buffer> send(HttpMethod method, String host, String path, String authorization, JsonObject body)
            throws Exception {
        HttpRequest<Buffer> request = request(method, host, path);
        if (authorization != null) {
            request.putHeader("authorization", authorization);
        }
        return await(body == null ? request.send() : request.sendJsonObject(body));
    }

    /** An access token of the estate's service principal. */
    String token(String scope) throws Exception {
        return token(CLIENT, scope);
    }

    /** An access token of another principal that has the same secret. */
    String token(String client, String scope) throws Exception {
        MultiMap form = MultiMap.caseInsensitiveMultiMap()
                .add("grant_type", "client_credentials")
                .add("client_id", client)
                .add("client_secret", SECRET)
                .add("scope", scope);
        return await(request(HttpMethod.POST, LOGIN, "/" + TENANT + "/oauth2/v2.0/token")
                        .sendForm(form))
                .bodyAsJsonObject()
                .getString("access_token");
    }

    HttpRequest<Buffer> request(HttpMethod method, String host, String path) {
        SocketAddress server = SocketAddress.inetSocketAddress(cloud.ports().https(), CloudOptions.HOST);
        return https.request(method, server, 443, host, path);
    }

    private static void expect(int status, HttpResponse<Buffer> answer) {
        if (answer.statusCode() != status) {
            throw new AssertionError(answer.statusCode() + " instead of " + status + ": " + answer.bodyAsString());
        }
    }

    private static JsonObject estate() {
        return new JsonObject()
                .put("tenantId", TENANT)
                .put(
                        "servicePrincipals",
                        list(new JsonObject().put("clientId", CLIENT).put("clientSecret", SECRET)))
                .put(
                        "subscriptions",
                        list(new JsonObject()
                                .put("subscriptionId", SUBSCRIPTION)
                                .put("displayName", "Test")))
                .put("hubs", list(new JsonObject().put("name", "target-hub")))
                .put(
                        "provisioningServices",
                        list(new JsonObject()
                                        .put("name", "target-dps")
                                        .put("linkedHubs", new JsonArray(List.of("target-hub"))))
                                .add(new JsonObject()
                                        .put("name", "unlinked-dps")
                                        .put("linkedHubs", new JsonArray())))
                .put(
                        "applications",
                        list(new JsonObject()
                                        .put("subdomain", STILL_APPLICATION)
                                        .put(
                                                "deviceTemplates",
                                                list(new JsonObject()
                                                        .put("id", STILL_TEMPLATE)
                                                        .put("move", "none")))
                                        .put("deviceGroups", list(group())))
                                .add(new JsonObject()
                                        .put("subdomain", APPLICATION)
                                        .put("deviceGroups", list(group()))
                                        .put(
                                                "deviceTemplates",
                                                list(new JsonObject()
                                                        .put("id", TEMPLATE)
                                                        .put("move", "component")))));
    }

    private static JsonObject group() {
        return new JsonObject().put("id", GROUP).put("filter", "SELECT * FROM devices");
    }

    private static JsonArray list(JsonObject only) {
        return new JsonArray().add(only);
    }
}
