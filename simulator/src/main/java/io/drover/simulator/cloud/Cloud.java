package io.drover.simulator.cloud;

import io.drover.simulator.cloud.control.ApplicationControl;
import io.drover.simulator.cloud.control.ControlApi;
import io.drover.simulator.cloud.control.ControlPage;
import io.drover.simulator.cloud.control.EntraControl;
import io.drover.simulator.cloud.control.EstateFile;
import io.drover.simulator.cloud.control.FaultControl;
import io.drover.simulator.cloud.control.ProvisioningControl;
import io.drover.simulator.cloud.control.Readiness;
import io.drover.simulator.cloud.control.TwinTruth;
import io.drover.simulator.cloud.control.WorldControl;
import io.drover.simulator.cloud.dps.CustomAllocationWebhook;
import io.drover.simulator.cloud.dps.DpsMqttService;
import io.drover.simulator.cloud.entra.AccessTokens;
import io.drover.simulator.cloud.entra.ManagedIdentityApi;
import io.drover.simulator.cloud.fault.FaultKind;
import io.drover.simulator.cloud.fault.Faults;
import io.drover.simulator.cloud.fault.FaultyCertificates;
import io.drover.simulator.cloud.fault.MqttFaults;
import io.drover.simulator.cloud.fault.SocketGate;
import io.drover.simulator.cloud.fault.TelemetryFaults;
import io.drover.simulator.cloud.gateway.GatewayProcesses;
import io.drover.simulator.cloud.http.ChangeCounter;
import io.drover.simulator.cloud.http.ExchangeRecorder;
import io.drover.simulator.cloud.hub.HubAccess;
import io.drover.simulator.cloud.hub.HubMqttService;
import io.drover.simulator.cloud.hub.messaging.MessagingEndpoint;
import io.drover.simulator.cloud.hub.telemetry.TelemetryEndpoint;
import io.drover.simulator.cloud.metrics.CallMeter;
import io.drover.simulator.cloud.metrics.CloudService;
import io.drover.simulator.cloud.metrics.ConnectionMeter;
import io.drover.simulator.cloud.mqtt.MqttGateway;
import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.drover.simulator.cloud.tls.CertificateAuthority;
import io.drover.simulator.cloud.tls.ClientCertificates;
import io.drover.simulator.cloud.tls.ServerIdentity;
import io.drover.simulator.metrics.MetricsPage;
import io.drover.simulator.tls.TlsEngine;
import io.micrometer.core.instrument.FunctionCounter;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.proton.ProtonServerOptions;
import java.net.BindException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The emulated Azure of one process: all HTTPS services behind one listener by host name, and the control API. Started whole or not
 * at all.
 */
public final class Cloud {
    private static final int SECRET_BYTES = 32;

    private final Vertx vertx;
    private final CloudOptions options;
    private final Optional<Path> exchanges;
    private final TlsEngine engine = TlsEngine.fastest();
    private final Clock clock = Clock.systemUTC();
    private final SecureRandom random = new SecureRandom();
    private final World world;
    private final Quotas quotas;
    private final AccessTokens tokens;
    private final MetricsPage metrics;
    private final CallMeter calls;
    private final ConnectionMeter connections;
    private final EstateBuilder builder;
    private final GatewayProcesses gateways;
    private final List<Supplier<Future<Void>>> closing = Collections.synchronizedList(new ArrayList<>());
    private final Faults faults;
    private final MqttFaults mqttFaults;
    private final ChangeCounter changes = new ChangeCounter();
    private volatile CloudPorts ports;

    private Cloud(Vertx vertx, CloudOptions options, Optional<Path> exchanges) {
        this.vertx = vertx;
        this.options = options;
        this.exchanges = exchanges;
        this.world = new World(options.names());
        this.quotas = new Quotas(options.timeCompression());
        this.quotas.enforce(options.quotasEnforced());
        this.tokens = new AccessTokens(options.names().suffix(), clock);
        this.builder = new EstateBuilder(
                world, quotas, clock, options.assignmentTime(), random, new CustomAllocationWebhook(vertx));
        this.metrics = new MetricsPage(vertx);
        this.calls = new CallMeter(metrics.registry());
        this.connections = new ConnectionMeter(metrics.registry());
        this.gateways = new GatewayProcesses(options.dataDirectory(), options.listen());
        this.faults = new Faults(clock, options.timeCompression());
        this.mqttFaults = new MqttFaults(vertx, faults);
        inject();
        new WorldMetrics(world, quotas).bindTo(metrics.registry());
        gateways.bindTo(metrics.registry());
    }

    /** Puts the faults where the services ask for them, and switches on those given from the start. */
    private void inject() {
        TelemetryFaults telemetry = new TelemetryFaults(vertx, faults);
        world.onHub(hub -> hub.telemetry()
                .onArrival(
                        (deviceId, enqueued, append) -> telemetry.arrived(hub.hostName(), deviceId, enqueued, append)));
        tokens.lifetimes(faults::tokenLifetime);
        for (FaultKind kind : FaultKind.values()) {
            FunctionCounter.builder("drover.simulator.faults.injected", faults, all -> all.injected(kind))
                    .description("Faults that struck, by kind")
                    .tag("fault", kind.text())
                    .register(metrics.registry());
        }
        options.faults().forEach(faults::put);
    }

    /**
     * Starts everything. Fails with {@link PortUnavailableException} when a port cannot be had and with an IOException when the data directory
     * cannot be used; nothing listens then.
     */
    public static Future<Cloud> start(Vertx vertx, CloudOptions options) {
        return start(vertx, options, Optional.empty());
    }

    /** The same, with every HTTPS exchange written to a file as {@link ExchangeRecorder} says. */
    public static Future<Cloud> start(Vertx vertx, CloudOptions options, Optional<Path> exchanges) {
        Cloud cloud = new Cloud(vertx, options, exchanges);
        return cloud.listen()
                .map(cloud)
                .recover(failure -> cloud.close().transform(closed -> Future.failedFuture(failure)));
    }

    /** Puts the estate of a file into the world, off the event loop. Fails with an IllegalArgumentException naming all mistakes. */
    public Future<Void> build(Path estate) {
        return vertx.executeBlocking(() -> {
            EstateFile.build(estate, builder, faults::put);
            return null;
        });
    }

    /** Replaces documented amounts by name. Throws an IllegalArgumentException for an unknown name or less than 1. */
    public void limit(Map<String, Integer> amounts) {
        amounts.forEach((name, amount) -> quotas.amount(
                AzureLimit.named(name)
                        .orElseThrow(
                                () -> new IllegalArgumentException("there is no limit '" + name + "'; the limits are "
                                        + Arrays.stream(AzureLimit.values())
                                                .map(AzureLimit::text)
                                                .collect(Collectors.joining(", ")))),
                amount));
    }

    public CloudPorts ports() {
        return ports;
    }

    /** The process ids of the gateways that run now; those of {@link #ports()} are of the start. */
    public List<Long> gatewayPids() {
        return gateways.pids();
    }

    /** Lines for the hosts file, then the rules that lead a worker here; of what is in the cloud now. */
    List<String> directions() {
        List<String> lines = new ArrayList<>(HostNames.hostsLines(world));
        lines.addAll(HostNames.connectTo(options.names(), ports));
        return lines;
    }

    /** Stops listening, in the reverse order of the start; always succeeds after trying all. */
    public Future<Void> close() {
        Future<Void> all = Future.succeededFuture();
        for (int i = closing.size() - 1; i >= 0; i--) {
            Supplier<Future<Void>> next = closing.get(i);
            all = all.transform(before -> next.get());
        }
        return all.transform(last -> {
            ports = null;
            metrics.close();
            return Future.succeededFuture();
        });
    }

    private record Certificates(
            Path authority, ServerIdentity good, ServerIdentity expired, PemKeyCertOptions gateways) {}

    private Future<Void> listen() {
        return vertx.executeBlocking(this::certificates)
                .compose(certificates -> {
                    MqttGateway gateway = gateway(certificateOf(ConnectionMeter.Listener.MQTT, certificates));
                    return https(certificateOf(ConnectionMeter.Listener.HTTPS, certificates), gateway)
                            .compose(https -> mqtt(gateway, certificates.gateways())
                                    .compose(mqtt -> amqp(
                                                    certificateOf(ConnectionMeter.Listener.AMQP, certificates), gateway)
                                            .compose(amqp -> control()
                                                    .onSuccess(control -> ports = new CloudPorts(
                                                            https,
                                                            mqtt,
                                                            amqp,
                                                            control,
                                                            certificates.authority(),
                                                            gateways.pids())))));
                })
                .mapEmpty();
    }

    private Certificates certificates() throws Exception {
        CertificateAuthority authority = CertificateAuthority.openOrCreate(options.dataDirectory(), clock);
        return new Certificates(
                authority.certificateFile(),
                authority.issueServerIdentity(options.names().certificateNames()),
                authority.issueExpiredIdentity(options.names().certificateNames()),
                options.gateways() == 0
                        ? null
                        : authority.issueServerCertificate(options.names().certificateNames()));
    }

    private KeyCertOptions certificateOf(ConnectionMeter.Listener listener, Certificates certificates) {
        return KeyCertOptions.wrap(
                new FaultyCertificates(faults, listener.text(), certificates.good(), certificates.expired()));
    }

    private Future<Integer> https(KeyCertOptions certificate, MqttGateway gateway) {
        HttpServerOptions https = new HttpServerOptions().setSsl(true).setKeyCertOptions(certificate);
        https.setSslEngineOptions(engine.options());
        ClientCertificates.request(https);
        MqttGateway.prepare(https);
        HttpServer server = vertx.createHttpServer(https)
                .connectionHandler(up -> connections.accepted(ConnectionMeter.Listener.HTTPS))
                .exceptionHandler(failure -> connections.failed(ConnectionMeter.Listener.HTTPS));
        RestServices services =
                new RestServices(vertx, world, tokens, quotas, clock, random, calls, faults, mqttFaults, changes);
        closing.add(() ->
                Future.succeededFuture().onSuccess(now -> services.close()).mapEmpty());
        return recorded(services::handle)
                .map(server::requestHandler)
                .compose(gateway::serveWebSockets)
                .compose(ready -> gated(
                        ConnectionMeter.Listener.HTTPS,
                        options.httpsPort(),
                        "--https-port",
                        port -> bind(server, port, "HTTPS", "--https-port")));
    }

    private Future<Handler<HttpServerRequest>> recorded(Handler<HttpServerRequest> services) {
        return exchanges
                .map(file -> ExchangeRecorder.open(vertx, file).map(recorder -> {
                    closing.add(recorder::close);
                    return recorder.around(services);
                }))
                .orElseGet(() -> Future.succeededFuture(services));
    }

    private MqttGateway gateway(KeyCertOptions certificate) {
        NetServerOptions mqtt = new NetServerOptions();
        mqtt.setSsl(true).setKeyCertOptions(certificate);
        mqtt.setSslEngineOptions(engine.options());
        MqttGateway gateway = new MqttGateway(
                        vertx,
                        mqtt,
                        List.of(
                                new DpsMqttService(vertx, world::provisioningOfIdScope, quotas, clock, calls),
                                new HubMqttService(vertx, world::hub, quotas, clock, calls)),
                        connections)
                .on(options.listen());
        gateway.admit(mqttFaults::admit);
        closing.add(gateway::close);
        return gateway;
    }

    private Future<Integer> mqtt(MqttGateway gateway, PemKeyCertOptions certificate) {
        if (options.gateways() > 0) {
            return throughGateways(gateway, certificate);
        }
        return gated(
                ConnectionMeter.Listener.MQTT,
                options.mqttPort(),
                "--mqtt-port",
                port -> named(gateway.listen(port), port, "MQTT", "--mqtt-port"));
    }

    private Future<Integer> throughGateways(MqttGateway gateway, PemKeyCertOptions certificate) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        closing.add(() -> vertx.executeBlocking(
                () -> {
                    gateways.close();
                    return null;
                },
                false));
        return gateway.listenForGateways(secret)
                .compose(linkPort -> vertx.executeBlocking(
                        () -> gateways.start(
                                options.gateways(), options.mqttPort(), linkPort, Buffer.buffer(secret), certificate),
                        false));
    }

    private Future<Integer> amqp(KeyCertOptions certificate, MqttGateway gateway) {
        ProtonServerOptions amqp = new ProtonServerOptions();
        amqp.setSsl(true).setKeyCertOptions(certificate);
        TelemetryEndpoint endpoint = new TelemetryEndpoint(
                vertx, amqp, world::hubOfNamespace, Optional.of(messaging()), clock, calls, connections);
        closing.add(endpoint::close);
        return endpoint.listenForTunnel()
                .onSuccess(gateway::serveAmqpWebSockets)
                .compose(tunnelled -> gated(
                        ConnectionMeter.Listener.AMQP,
                        options.amqpPort(),
                        "--amqp-port",
                        port -> named(endpoint.listen(port), port, "AMQP", "--amqp-port")));
    }

    private MessagingEndpoint messaging() {
        HubAccess access = new HubAccess(tokens, options.names(), clock);
        return new MessagingEndpoint(
                world::hub,
                access,
                quotas,
                clock,
                calls,
                hub -> changes.changed(CloudService.HUB_AMQP, hub.hostName()));
    }

    /** Lets the listener have the port, or, where gates are wanted, a gate before a listener that has any port. */
    private Future<Integer> gated(
            ConnectionMeter.Listener listener, int port, String option, IntFunction<Future<Integer>> listen) {
        if (!options.gates()) {
            return listen.apply(port);
        }
        return listen.apply(0).compose(inner -> {
            SocketGate gate = new SocketGate(vertx, faults, listener.text());
            closing.add(gate::close);
            return named(gate.listen(port, CloudOptions.HOST, inner), port, listener.name(), option);
        });
    }

    private Future<Integer> control() {
        ControlApi api = new ControlApi(
                vertx,
                builder,
                quotas,
                calls,
                metrics,
                new Readiness(() -> ports != null, world::isBuilt),
                this::state,
                new ApplicationControl(vertx, world),
                new ProvisioningControl(world),
                faults::put);
        new FaultControl(faults, options.gates()).mount(api.router());
        new ControlPage().mount(api.router());
        new WorldControl(this::reset, changes).mount(api.router());
        new TwinTruth(world).mount(api.router());
        new EntraControl(vertx, tokens).mount(api.router());
        new ManagedIdentityApi(world.directory(), tokens, options.names(), clock).mount(api.router());
        return bind(
                vertx.createHttpServer().requestHandler(api.router()),
                options.controlPort(),
                "the control API",
                "--control-port");
    }

    private Future<Integer> bind(HttpServer server, int port, String what, String option) {
        closing.add(server::close);
        return named(server.listen(port, options.listen()).map(HttpServer::actualPort), port, what, option);
    }

    private static Future<Integer> named(Future<Integer> listening, int port, String what, String option) {
        return listening.recover(failure -> Future.failedFuture(
                failure instanceof BindException refused
                        ? PortUnavailableException.of(what, port, option, refused)
                        : failure));
    }

    private void reset() {
        faults.clear();
        world.clear();
        quotas.forgetOwners();
        mqttFaults.dropAll();
        changes.reset();
    }

    private JsonObject state() {
        return new CloudState(world, quotas).toJson(ports);
    }
}
