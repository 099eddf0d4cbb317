package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.drover.simulator.cloud.Cloud;
import io.drover.simulator.cloud.CloudOptions;
import io.drover.simulator.cloud.WorkerProgram;
import io.drover.simulator.contract.RecordedContract;
import io.drover.simulator.fleet.FleetShard;
import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.ScenarioLoader;
import io.drover.simulator.fleet.device.DevicePhase;
import io.drover.simulator.fleet.device.Engine;
import io.drover.simulator.fleet.device.FleetCounters;
import io.drover.simulator.fleet.device.FleetSettings;
import io.drover.simulator.fleet.lean.MqttDial;
import io.drover.simulator.fleet.sdk.ConnectToSslContext;
import io.drover.simulator.fleet.sdk.SdkEngine;
import io.drover.simulator.rehearsal.AzureRest.Call;
import io.drover.simulator.rehearsal.AzureRest.Service;
import io.drover.simulator.tls.TlsEngine;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * What a rehearsal sets up, without a worker: the estate of a direction in a whole emulated cloud, and the scenario's fleet at the
 * source. Whoever has it moves devices by hand, through the services' REST APIs. Methods block.
 */
final class StagedFleet implements AutoCloseable {
    private static final String GLOBAL_PROVISIONING = "global.azure-devices-provisioning.test";
    private static final String CLIENT_SECRET = "s3cret";
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private final Vertx vertx = Vertx.vertx();
    private final Direction direction;
    private final Scenario scenario;
    private final Path exchanges;
    private final Cloud cloud;
    private final ControlClient control;
    private final AzureRest rest;
    private final SiteEnrollments enrollments;
    private final FleetCounters counters = new FleetCounters(new SimpleMeterRegistry());

    StagedFleet(Direction direction, String yaml, Path data) throws Exception {
        this(direction, yaml, data, 0);
    }

    /** @param gateways processes that take the devices' connections */
    StagedFleet(Direction direction, String yaml, Path data, int gateways) throws Exception {
        this.direction = direction;
        this.scenario = ScenarioLoader.parse("staged.yaml", yaml);
        this.exchanges = data.resolve("exchanges.ndjson");
        this.cloud = await(Cloud.start(
                vertx,
                CloudOptions.ephemeral(data)
                        .withTimeCompression(scenario.timeCompression())
                        .withGateways(gateways),
                Optional.of(exchanges)));
        this.control = new ControlClient(cloud.ports().control());
        this.rest = new AzureRest(
                cloud.ports().https(), cloud.ports().caCertificate().toString(), "test", CLIENT_SECRET);
        control.post("/control/quotas", JsonNodeFactory.instance.objectNode().put("enforced", false));
        new RehearsalEstate(direction).create(control, CLIENT_SECRET, scenario);
        this.enrollments = new SiteEnrollments(direction.source(), scenario, rest);
        enrollments.prepare();
        if (scenario.twins()) {
            new OwnedData(direction, scenario, rest).give();
        }
    }

    /** Starts the fleet and waits until every device is at the source or away as its behaviour wants it. */
    void start() throws Exception {
        JsonNode factory = factory(direction.source());
        FleetSettings settings = FleetSettings.of(
                        factory.path("idScope").asText(),
                        factory.path("primaryKey").asText(),
                        scenario.seed(),
                        scenario.telemetryInterval())
                .registeredOnce(!direction.fromCentral())
                .withTwins(scenario.twins());
        MqttDial dial = new MqttDial(
                vertx,
                cloud.ports().mqtt(),
                cloud.ports().caCertificate().toString(),
                TlsEngine.fastest(),
                counters.of(Engine.LEAN));
        SdkEngine sdk = new SdkEngine(
                vertx,
                GLOBAL_PROVISIONING,
                ConnectToSslContext.of(
                        cloud.ports().caCertificate(), cloud.ports().mqtt()));
        FleetShard.Part part = new FleetShard.Part(
                scenario,
                0,
                1,
                0,
                scenario.devices(),
                GLOBAL_PROVISIONING,
                settings,
                new FleetShard.Https(
                        cloud.ports().https(), cloud.ports().caCertificate().toString()));
        await(vertx.deployVerticle(
                new FleetShard(part, dial, sdk, counters, Future.succeededFuture(), Clock.systemUTC())));
        until(() -> counters.settled() == scenario.devices());
        enrollments.spoil();
    }

    /** Lets the target take every device with the credential it has. */
    void enrollAtTarget() {
        Site target = direction.target();
        JsonNode factory = factory(direction.source());
        JsonObject keys = new JsonObject()
                .put("primaryKey", factory.path("primaryKey").asText())
                .put("secondaryKey", factory.path("secondaryKey").asText());
        JsonObject attestation = new JsonObject().put("type", "symmetricKey").put("symmetricKey", keys);
        if (target.isCentral()) {
            central(
                    HttpMethod.PUT,
                    "/api/enrollmentGroups/moved",
                    new JsonObject()
                            .put("displayName", "moved")
                            .put("type", "iot")
                            .put("attestation", attestation));
            for (int index = 0; index < scenario.devices(); index++) {
                central(
                        HttpMethod.PUT,
                        "/api/devices/" + AzureRest.encoded(scenario.deviceId(index)),
                        new JsonObject().put("template", RehearsalEstate.TARGET_TEMPLATE));
            }
        } else {
            rest.call(new Call(
                    HttpMethod.PUT,
                    Service.PROVISIONING,
                    target.provisioningService(),
                    "/enrollmentGroups/moved",
                    new JsonObject().put("enrollmentGroupId", "moved").put("attestation", attestation)));
        }
        new SiteEnrollments(target, scenario, rest).prepare();
    }

    private void central(HttpMethod method, String path, JsonObject body) {
        rest.call(new Call(method, Service.CENTRAL, direction.target().application(), path, body));
    }

    /** Tells a device that is at one site to move to the other; the status it answered. */
    int move(String deviceId, Site from, Site to) {
        JsonObject payload = new JsonObject().put("idScope", idScope(to));
        if (from.isCentral()) {
            return rest.call(new Call(
                            HttpMethod.POST,
                            Service.CENTRAL,
                            from.application(),
                            "/api/devices/" + deviceId + "/components/migration/commands/DeviceMove",
                            new JsonObject().put("request", payload)))
                    .getInteger("responseCode");
        }
        return rest.call(new Call(
                        HttpMethod.POST,
                        Service.HUB,
                        from.hub(),
                        "/twins/" + deviceId + "/methods",
                        new JsonObject()
                                .put("methodName", "migration*DeviceMove")
                                .put("responseTimeoutInSeconds", 30)
                                .put("payload", payload)))
                .getInteger("status");
    }

    private JsonNode factory(Site site) {
        return control.get(
                site.isCentral()
                        ? "/control/applications/" + site.application() + "/factory"
                        : "/control/provisioning-services/" + site.provisioningService() + "/enrollment-groups/"
                                + RehearsalEstate.SOURCE_GROUP + "/factory");
    }

    /** An application's from a device's credentials, a provisioning service's from the resource manager's body. */
    private String idScope(Site site) {
        if (site.isCentral()) {
            return factory(site).path("idScope").asText();
        }
        return site.equals(direction.source())
                ? factory(site).path("idScope").asText()
                : control.get("/control/provisioning-services/" + site.provisioningService()
                                + "/enrollment-groups/moved/factory")
                        .path("idScope")
                        .asText();
    }

    /** What happened to a device, as a rehearsal reads it. */
    DeviceTruth truth(String deviceId) {
        return DeviceTruth.parse(line(deviceId), direction.target().name());
    }

    JsonNode line(String deviceId) {
        return control.get("/control/truth?" + direction.source().query() + "&device=" + deviceId);
    }

    JsonNode twin(Site site, String deviceId) {
        return TwinComparison.at(
                        site,
                        control.get("/control/twins?device=" + deviceId)
                                .path("devices")
                                .path(0))
                .orElseThrow();
    }

    JsonObject call(HttpMethod method, Service service, String name, String path, JsonObject body) {
        return rest.call(new Call(method, service, name, path, body));
    }

    /** Runs the worker's jar in this folder, configured as in a rehearsal. */
    WorkerProgram.Ended worker(Path folder, String... arguments) throws Exception {
        return worker(folder, Map.of(), arguments);
    }

    /** The same with these variables in its environment too. */
    WorkerProgram.Ended worker(Path folder, Map<String, String> more, String... arguments) throws Exception {
        Map<String, String> environment = new HashMap<>(more);
        environment.put(WorkerConfiguration.SECRET_VARIABLE, CLIENT_SECRET);
        return new WorkerProgram(folder).run(environment, configured(folder, arguments));
    }

    /** As {@link #worker}, for whoever means to kill it. */
    Process startWorker(Path folder, String... arguments) throws Exception {
        return new WorkerProgram(folder)
                .start(Map.of(WorkerConfiguration.SECRET_VARIABLE, CLIENT_SECRET), configured(folder, arguments));
    }

    private String[] configured(Path folder, String... arguments) {
        WorkerConfiguration.Place place = new WorkerConfiguration.Place(direction, folder);
        JsonNode ready = JsonNodeFactory.instance
                .objectNode()
                .put("httpsPort", cloud.ports().https())
                .put("amqpPort", cloud.ports().amqp())
                .put("caCertificate", cloud.ports().caCertificate().toString());
        Path file = WorkerConfiguration.write(
                place, ready, "test", new WorkerConfiguration.Deadlines(DEADLINE, DEADLINE, DEADLINE), scenario);
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--config=" + file);
        return all.toArray(String[]::new);
    }

    /** Where the cloud's services answer, told apart by their names. */
    int httpsPort() {
        return cloud.ports().https();
    }

    /** How many changes the cloud has counted. */
    long changes() {
        return control.get("/control/changes").path("total").asLong();
    }

    /** Process ids of the gateways that run now. */
    List<Long> gateways() {
        return cloud.gatewayPids();
    }

    /** The emulated cloud's metrics as Prometheus reads them. */
    String metrics() throws Exception {
        URI page = URI.create("http://127.0.0.1:" + cloud.ports().control() + "/metrics");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(page).timeout(DEADLINE).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** The ids of the scenario's group. */
    String[] devicesOf(String group) {
        return IntStream.range(0, scenario.devices())
                .filter(index -> scenario.groupOf(index).name().equals(group))
                .mapToObj(scenario::deviceId)
                .toArray(String[]::new);
    }

    Scenario scenario() {
        return scenario;
    }

    Direction direction() {
        return direction;
    }

    ControlClient control() {
        return control;
    }

    FleetCounters counters() {
        return counters;
    }

    long in(DevicePhase phase) {
        return counters.in(phase);
    }

    void until(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("the condition did not come true within " + DEADLINE
                        + "; failures of devices: " + counters.errors());
            }
            await(vertx.timer(20));
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        try {
            end();
        } catch (Exception unfinished) {
            throw new AssertionError("fleet and cloud did not end", unfinished);
        }
    }

    private void end() throws Exception {
        for (String deployment : vertx.deploymentIDs()) {
            await(vertx.undeploy(deployment));
        }
        rest.close();
        await(cloud.close());
        await(vertx.close());
        RecordedContract.hold(exchanges);
    }
}
