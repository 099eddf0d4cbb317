package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.fault.Faults;
import io.drover.simulator.cloud.fault.MqttFaults;
import io.drover.simulator.cloud.mqtt.MqttGateway;
import io.drover.simulator.cloud.quota.Quotas;
import io.drover.simulator.cloud.sas.SasToken;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.SelfSignedCertificate;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** One hub behind a real MQTT listener, and devices that connect to it with Vert.x' client. Methods block. */
final class RunningHub {
    static final String HOST = "target-hub.azure-devices.test";

    final Vertx vertx = Vertx.vertx();
    final Hub hub;
    final Quotas quotas = new Quotas(1);
    final Faults faults = new Faults(Clock.systemUTC(), 1);
    private final SelfSignedCertificate certificate = SelfSignedCertificate.create("localhost");
    private final MqttGateway gateway;
    private final int port;

    RunningHub(HubSku sku) throws Exception {
        hub = new Hub(HOST, sku, 1, Clock.systemUTC(), new SecureRandom());
        gateway = new MqttGateway(
                vertx,
                new NetServerOptions().setSsl(true).setKeyCertOptions(certificate.keyCertOptions()),
                List.of(new HubMqttService(
                        vertx,
                        host -> host.equals(HOST) ? Optional.of(hub) : Optional.empty(),
                        quotas,
                        Clock.systemUTC())));
        gateway.admit(new MqttFaults(vertx, faults)::admit);
        port = get(gateway.listen(0));
    }

    HubDevice device(String id) {
        return hub.createOrGet(id, hub.newCredential(), null);
    }

    MqttClient connect(HubDevice identity) throws Exception {
        return connect(identity, options -> {});
    }

    /** Connects with a certificate and no password. */
    MqttClient connect(HubDevice identity, KeyCertOptions certificate) throws Exception {
        MqttClientOptions options = options(identity);
        options.setKeyCertOptions(certificate);
        return connect(options);
    }

    MqttClient connect(HubDevice identity, Consumer<MqttClientOptions> more) throws Exception {
        MqttClientOptions options = signed(identity);
        more.accept(options);
        return connect(options);
    }

    private static MqttClientOptions signed(HubDevice identity) {
        String resource = HOST + "/devices/" + identity.deviceId()
                + (identity.moduleId() == null ? "" : "/modules/" + identity.moduleId());
        return options(identity)
                .setPassword(SasToken.sign(
                        resource,
                        identity.credential().symmetricKey().primary(),
                        Instant.now().plusSeconds(600),
                        null));
    }

    private static MqttClientOptions options(HubDevice identity) {
        return new MqttClientOptions()
                .setSsl(true)
                .setTrustAll(true)
                .setHostnameVerificationAlgorithm("")
                .setClientId(identity.clientId())
                .setUsername(HOST + "/" + identity.clientId() + "/?api-version=2021-04-12");
    }

    private MqttClient connect(MqttClientOptions options) throws Exception {
        return get(connecting(options));
    }

    private Future<MqttClient> connecting(MqttClientOptions options) {
        MqttClient client = MqttClient.create(vertx, options);
        return client.connect(port, "127.0.0.1", HOST).map(client);
    }

    /** Connects with the device's key; the future fails when the hub refuses. */
    Future<MqttClient> connecting(HubDevice identity) {
        return connecting(signed(identity));
    }

    /** Subscribes to all filters in one request; the codes granted, 0x80 being a refusal. */
    List<Integer> subscribe(MqttClient client, Map<String, Integer> filters) throws Exception {
        Promise<List<Integer>> granted = Promise.promise();
        client.subscribeCompletionHandler(ack -> granted.tryComplete(ack.grantedQoSLevels()));
        get(client.subscribe(filters));
        return get(granted.future());
    }

    /** The next message that comes to the client. */
    static Future<MqttPublishMessage> next(MqttClient client) {
        Promise<MqttPublishMessage> message = Promise.promise();
        client.publishHandler(message::tryComplete);
        return message.future();
    }

    static CloudToDeviceMessage message(String id, String body, Duration life, CloudToDeviceMessage.Ack ack) {
        return new CloudToDeviceMessage(
                id,
                Map.of("$.mid", id),
                Map.of("colour", "deep red"),
                Buffer.buffer(body),
                Instant.now().plus(life),
                ack);
    }

    void waitUntil(BooleanSupplier condition) throws Exception {
        Promise<Void> met = Promise.promise();
        long timer = vertx.setPeriodic(5, tick -> {
            if (condition.getAsBoolean()) {
                met.tryComplete();
            }
        });
        get(met.future());
        vertx.cancelTimer(timer);
    }

    static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    void stop() throws Exception {
        get(gateway.close());
        get(vertx.close());
        certificate.delete();
    }
}
