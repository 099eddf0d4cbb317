package io.drover.simulator.cloud;

import io.drover.simulator.fleet.credential.SymmetricKeys;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.time.Instant;
import java.util.function.Consumer;

/** A device of IoT Central over real MQTT with TLS: registered at the application's provisioning service, connected to its hub. */
record SourceDevice(RunningCloud cloud, String id, MqttClient mqtt) {
    private static final String METHODS = "$iothub/methods/POST/#";
    private static final String DESIRED = "$iothub/twin/PATCH/properties/desired/#";

    /** Adds the device to the application, registers it with the key derived from the default group, and connects it. */
    static SourceDevice connect(RunningCloud cloud, String id) throws Exception {
        cloud.addDevice(id);
        String key = SymmetricKeys.derive(cloud.sourceGroupKeys().getString("primaryKey"), id);
        return connect(cloud, id, key);
    }

    /** Registers a device the application knows with this key, and connects it. */
    static SourceDevice connect(RunningCloud cloud, String id, String key) throws Exception {
        JsonObject state = register(cloud, id, key);
        String hub = state.getString("assignedHub");
        if (hub == null) {
            throw new AssertionError("not assigned: " + state);
        }
        MqttClient mqtt = client(
                cloud,
                hub,
                id,
                hub + "/" + id + "/?api-version=2021-04-12",
                SymmetricKeys.hubToken(hub, id, key, Instant.now().plusSeconds(600)),
                null);
        return new SourceDevice(cloud, id, mqtt);
    }

    /** The registration state a device with this key gets, or the error body when it is refused. */
    static JsonObject register(RunningCloud cloud, String id, String key) throws Exception {
        return register(cloud, id, key, topic -> {});
    }

    /** As the other; the topic of each answer is told. */
    static JsonObject register(RunningCloud cloud, String id, String key, Consumer<String> topics) throws Exception {
        return register(cloud, id, key, Instant.now().plusSeconds(600), topics);
    }

    /** The same with a token that expires then. */
    static JsonObject register(RunningCloud cloud, String id, String key, Instant tokenExpiry, Consumer<String> topics)
            throws Exception {
        String idScope = cloud.sourceIdScope(id);
        String password = SymmetricKeys.provisioningToken(idScope, id, key, tokenExpiry);
        MqttClient dps = client(cloud, RunningCloud.GLOBAL_PROVISIONING, id, userName(idScope, id), password, null);
        return register(cloud, id, dps, topics);
    }

    /** The same for a device with this certificate (its chain behind it) and key, both PEM. */
    static JsonObject register(RunningCloud cloud, String id, String chain, String key) throws Exception {
        PemKeyCertOptions own =
                new PemKeyCertOptions().addCertValue(Buffer.buffer(chain)).addKeyValue(Buffer.buffer(key));
        String userName = userName(cloud.sourceIdScope(id), id);
        MqttClient dps = client(cloud, RunningCloud.GLOBAL_PROVISIONING, id, userName, "", own);
        return register(cloud, id, dps, topic -> {});
    }

    private static String userName(String idScope, String id) {
        return idScope + "/registrations/" + id + "/api-version=2019-03-31";
    }

    private static JsonObject register(RunningCloud cloud, String id, MqttClient dps, Consumer<String> topics)
            throws Exception {
        Promise<JsonObject> outcome = Promise.promise();
        dps.publishHandler(message -> {
            topics.accept(message.topicName());
            JsonObject reply = new JsonObject(message.payload());
            if (message.topicName().contains("/res/202/")) {
                String poll = "$dps/registrations/GET/iotdps-get-operationstatus/?$rid=2&operationId="
                        + reply.getString("operationId");
                cloud.vertx()
                        .setTimer(250, due -> dps.publish(poll, Buffer.buffer(), MqttQoS.AT_LEAST_ONCE, false, false));
            } else {
                outcome.tryComplete(reply.getJsonObject("registrationState", reply));
            }
        });
        subscribe(cloud, dps, "$dps/registrations/res/#");
        Buffer body = new JsonObject().put("registrationId", id).toBuffer();
        cloud.await(dps.publish(
                "$dps/registrations/PUT/iotdps-register/?$rid=1", body, MqttQoS.AT_LEAST_ONCE, false, false));
        JsonObject state = cloud.await(outcome.future());
        cloud.await(dps.disconnect());
        return state;
    }

    /** Listens for direct methods. */
    void listen() throws Exception {
        subscribe(cloud, mqtt, METHODS);
    }

    /** Listens for changes of desired properties. */
    void watchDesired() throws Exception {
        subscribe(cloud, mqtt, DESIRED);
    }

    void answer(MqttPublishMessage method, int status, String json) {
        String rid = method.topicName().substring(method.topicName().indexOf('?'));
        mqtt.publish(
                "$iothub/methods/res/" + status + "/" + rid, Buffer.buffer(json), MqttQoS.AT_MOST_ONCE, false, false);
    }

    /** Sends one message; the property bag may be empty. */
    void telemetry(String propertyBag, String json) throws Exception {
        cloud.await(mqtt.publish(
                "devices/" + id + "/messages/events/" + propertyBag,
                Buffer.buffer(json),
                MqttQoS.AT_LEAST_ONCE,
                false,
                false));
    }

    void report(JsonObject reported) throws Exception {
        cloud.await(mqtt.publish(
                "$iothub/twin/PATCH/properties/reported/?$rid=9",
                reported.toBuffer(),
                MqttQoS.AT_LEAST_ONCE,
                false,
                false));
    }

    void disconnect() throws Exception {
        cloud.await(mqtt.disconnect());
    }

    /** Whether the application's hub sees the device connected. */
    boolean isConnected() throws Exception {
        return cloud.truth(id).getJsonObject("source").getBoolean("connected");
    }

    private static MqttClient client(
            RunningCloud cloud, String host, String id, String userName, String password, PemKeyCertOptions own)
            throws Exception {
        MqttClientOptions options =
                new MqttClientOptions().setClientId(id).setUsername(userName).setPassword(password);
        if (own != null) {
            options.setKeyCertOptions(own);
        }
        options.setSsl(true)
                .setTrustOptions(new PemTrustOptions()
                        .addCertPath(cloud.ports().caCertificate().toString()))
                .setHostnameVerificationAlgorithm("");
        MqttClient client = MqttClient.create(cloud.vertx(), options);
        cloud.await(client.connect(cloud.ports().mqtt(), CloudOptions.HOST, host));
        return client;
    }

    private static void subscribe(RunningCloud cloud, MqttClient client, String filter) throws Exception {
        Promise<Void> granted = Promise.promise();
        client.subscribeCompletionHandler(done -> granted.tryComplete());
        cloud.await(client.subscribe(filter, 0));
        cloud.await(granted.future());
    }
}
