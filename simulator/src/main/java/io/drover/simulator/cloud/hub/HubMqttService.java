package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.metrics.CallMeter;
import io.drover.simulator.cloud.metrics.CloudService;
import io.drover.simulator.cloud.mqtt.DeviceConnection;
import io.drover.simulator.cloud.mqtt.MqttService;
import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Vertx;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The hub side of the MQTT listener: who may connect, after "Communicate with an IoT hub using the MQTT protocol". Which CONNACK
 * code a refusal has is documented nowhere: 1 for another protocol version, 2 when client id and user name differ, 5 for an unknown
 * or disabled device and for every wrong credential, 3 over the connection quota.
 */
public final class HubMqttService implements MqttService {
    private static final int MQTT_3_1_1 = 4;

    private final Vertx vertx;
    private final Function<String, Optional<Hub>> byHost;
    private final Quotas quotas;
    private final Clock clock;
    private final DeviceSignIn signIn;
    private final CallMeter calls;

    /** @param byHost finds a hub by its host name in lower case */
    public HubMqttService(Vertx vertx, Function<String, Optional<Hub>> byHost, Quotas quotas, Clock clock) {
        this(vertx, byHost, quotas, clock, CallMeter.unobserved());
    }

    /** As the other, with calls counted. */
    public HubMqttService(
            Vertx vertx, Function<String, Optional<Hub>> byHost, Quotas quotas, Clock clock, CallMeter calls) {
        this.vertx = vertx;
        this.byHost = byHost;
        this.quotas = quotas;
        this.clock = clock;
        this.signIn = new DeviceSignIn(clock);
        this.calls = calls;
    }

    @Override
    public boolean accepts(DeviceConnection connection) {
        return DeviceUserName.of(connection)
                .filter(name -> name.host().contains(".azure-devices."))
                .isPresent();
    }

    @Override
    public void attach(DeviceConnection connection, List<X509Certificate> certificates) {
        attach(connection, certificates, System.nanoTime(), false);
    }

    /** @param admitted whether the connection has been held back for the hub's limit already */
    private void attach(
            DeviceConnection connection, List<X509Certificate> certificates, long arrived, boolean admitted) {
        signIn(connection, certificates, arrived, admitted)
                .ifPresent(code ->
                        calls.answered(CloudService.HUB_MQTT, "connect", Integer.toString(code.byteValue()), arrived));
    }

    /** Empty when the connection is held back: it is looked at once more then, as much may have changed. */
    private Optional<MqttConnectReturnCode> signIn(
            DeviceConnection connection, List<X509Certificate> certificates, long arrived, boolean admitted) {
        DeviceUserName userName = DeviceUserName.of(connection).orElseThrow();
        String clientId = connection.connect().clientId();
        if (connection.connect().protocolVersion() != MQTT_3_1_1) {
            return reject(connection, MqttConnectReturnCode.CONNECTION_REFUSED_UNACCEPTABLE_PROTOCOL_VERSION);
        }
        if (!PropertyBag.names(userName.clientId(), clientId)) {
            return reject(connection, MqttConnectReturnCode.CONNECTION_REFUSED_IDENTIFIER_REJECTED);
        }
        Optional<Hub> hub = byHost.apply(userName.host());
        Optional<HubDevice> device = hub.flatMap(found -> found.identity(clientId));
        Optional<DeviceSignIn.Grant> grant = device.flatMap(
                found -> signIn.grant(hub.get(), found, connection.connect().password(), certificates));
        if (grant.isEmpty()) {
            return reject(connection, MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED);
        }
        Quotas.Admission admission = admitted
                ? Quotas.Admission.AT_ONCE
                : quotas.shape(AzureLimit.HUB_CONNECTIONS, hub.get().name(), 1);
        if (admission.retryAfter().isPresent()) {
            return reject(connection, MqttConnectReturnCode.CONNECTION_REFUSED_SERVER_UNAVAILABLE);
        }
        if (!admission.delay().isZero()) {
            long timer = vertx.setTimer(
                    Math.max(1, admission.delay().toMillis()), due -> attach(connection, certificates, arrived, true));
            connection.handler(new HeldBack(vertx, timer));
            return Optional.empty();
        }
        open(connection, hub.get(), device.get(), userName.modelId(), grant.get());
        return Optional.of(MqttConnectReturnCode.CONNECTION_ACCEPTED);
    }

    private static Optional<MqttConnectReturnCode> reject(DeviceConnection connection, MqttConnectReturnCode code) {
        connection.reject(code);
        return Optional.of(code);
    }

    private void open(
            DeviceConnection connection, Hub hub, HubDevice device, String modelId, DeviceSignIn.Grant grant) {
        DeviceSession session =
                new DeviceSession(device, grant.method(), connection, vertx.getOrCreateContext(), clock);
        DeviceProtocol protocol = new DeviceProtocol(vertx, hub, session, connection, quotas, clock, calls);
        long expiry = session.dropAt(grant.until(), vertx);
        long silence = session.dropWhenSilent(vertx);
        connection.handler(protocol);
        protocol.whenClosed(() -> {
            vertx.cancelTimer(expiry);
            vertx.cancelTimer(silence);
            hub.disconnected(device, session, clock.instant());
        });
        boolean cleanSession = connection.connect().cleanSession();
        boolean present = !cleanSession && device.keepsMessagesSubscription();
        if (cleanSession) {
            device.keepMessagesSubscription(false);
        }
        hub.connected(device, session, modelId, clock.instant());
        connection.accept(present);
        if (present) {
            session.takesMessages(MqttQoS.AT_LEAST_ONCE);
        }
    }

    /** A connection that waits for its turn hears nothing but its end. */
    private record HeldBack(Vertx vertx, long timer) implements DeviceConnection.Packets {
        @Override
        public void subscribed(int packetId, List<DeviceConnection.Subscription> asked) {
            throw new IllegalStateException("the connection was not accepted");
        }

        @Override
        public void unsubscribed(int packetId, List<String> filters) {
            throw new IllegalStateException("the connection was not accepted");
        }

        @Override
        public void published(DeviceConnection.Message message) {
            throw new IllegalStateException("the connection was not accepted");
        }

        @Override
        public void closed(boolean goodbye) {
            vertx.cancelTimer(timer);
        }
    }
}
