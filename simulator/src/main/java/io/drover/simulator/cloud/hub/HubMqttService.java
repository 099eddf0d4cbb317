package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.metrics.CallMeter;
import io.drover.simulator.cloud.metrics.CloudService;
import io.drover.simulator.cloud.mqtt.MqttService;
import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.drover.simulator.cloud.sas.SasToken;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.vertx.core.Vertx;
import io.vertx.mqtt.MqttEndpoint;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * The hub side of the MQTT listener: who may connect. User name {@code {host}/{deviceId}/?api-version=…}, client id the
 * device id, password a SAS of the device's primary or secondary key (or of a policy with DeviceConnect).
 */
public final class HubMqttService implements MqttService {
    private static final int MQTT_3_1_1 = 4;

    private final Vertx vertx;
    private final Function<String, Optional<Hub>> byHost;
    private final Quotas quotas;
    private final Clock clock;
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
        this.calls = calls;
    }

    @Override
    public boolean accepts(MqttEndpoint endpoint) {
        return endpoint.auth() != null
                && UserName.parse(endpoint.auth().getUsername())
                        .filter(name -> name.host().contains(".azure-devices."))
                        .isPresent();
    }

    @Override
    public void attach(MqttEndpoint endpoint, List<X509Certificate> certificates) {
        long arrived = System.nanoTime();
        MqttConnectReturnCode code = signIn(endpoint);
        calls.answered(CloudService.HUB_MQTT, "connect", Integer.toString(code.byteValue()), arrived);
    }

    private MqttConnectReturnCode signIn(MqttEndpoint endpoint) {
        UserName userName = UserName.parse(endpoint.auth().getUsername()).orElseThrow();
        String deviceId = endpoint.clientIdentifier();
        if (endpoint.protocolVersion() != MQTT_3_1_1) {
            return reject(endpoint, MqttConnectReturnCode.CONNECTION_REFUSED_UNACCEPTABLE_PROTOCOL_VERSION);
        }
        if (!PropertyBag.names(userName.deviceId(), deviceId)) {
            return reject(endpoint, MqttConnectReturnCode.CONNECTION_REFUSED_IDENTIFIER_REJECTED);
        }
        Optional<Hub> hub = byHost.apply(userName.host());
        Optional<HubDevice> device =
                hub.flatMap(found -> found.device(deviceId)).filter(HubDevice::enabled);
        Optional<SasToken> token = SasToken.parse(endpoint.auth().getPassword());
        if (device.isEmpty() || token.isEmpty() || !holds(token.get(), hub.get(), device.get())) {
            return reject(endpoint, MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED);
        }
        if (quotas.tryAcquire(AzureLimit.HUB_CONNECTIONS, hub.get().name()).isPresent()) {
            return reject(endpoint, MqttConnectReturnCode.CONNECTION_REFUSED_SERVER_UNAVAILABLE);
        }
        open(endpoint, hub.get(), device.get(), token.get().expiry());
        return MqttConnectReturnCode.CONNECTION_ACCEPTED;
    }

    private static MqttConnectReturnCode reject(MqttEndpoint endpoint, MqttConnectReturnCode code) {
        endpoint.reject(code);
        return code;
    }

    private void open(MqttEndpoint endpoint, Hub hub, HubDevice device, Instant tokenExpiry) {
        DeviceSession session = new DeviceSession(device, endpoint, vertx.getOrCreateContext(), clock);
        new DeviceProtocol(hub, session, endpoint, quotas, clock, calls).listen();
        long expiry = session.dropAt(tokenExpiry, vertx);
        endpoint.closeHandler(closed -> {
            vertx.cancelTimer(expiry);
            hub.disconnected(device, session, clock.instant());
        });
        hub.connected(device, session, clock.instant());
        endpoint.accept(false);
    }

    private boolean holds(SasToken token, Hub hub, HubDevice device) {
        if (!token.expiry().isAfter(clock.instant())) {
            return false;
        }
        String own = hub.hostName() + "/devices/" + device.deviceId();
        boolean forDevice = sameResource(token.resource(), own);
        if (token.keyName() == null) {
            return forDevice && token.signedBy(device.credential().symmetricKey());
        }
        SharedAccessPolicy policy = hub.policies().get(token.keyName());
        return policy != null
                && policy.rights().contains(AccessRight.DEVICE_CONNECT)
                && (forDevice || token.resource().equalsIgnoreCase(hub.hostName()))
                && token.signedBy(policy.key());
    }

    /** Host names ignore case, device ids do not; a client may have encoded the id once more inside the resource. */
    private static boolean sameResource(String resource, String own) {
        int slash = resource.indexOf('/');
        if (slash < 0) {
            return false;
        }
        String normal = resource.substring(0, slash).toLowerCase(Locale.ROOT) + resource.substring(slash);
        return PropertyBag.names(normal, own);
    }

    private record UserName(String host, String deviceId) {
        static Optional<UserName> parse(String text) {
            if (text == null) {
                return Optional.empty();
            }
            int first = text.indexOf('/');
            int last = text.indexOf("/?", first + 1);
            if (first <= 0 || last <= first + 1) {
                return Optional.empty();
            }
            return Optional.of(
                    new UserName(text.substring(0, first).toLowerCase(Locale.ROOT), text.substring(first + 1, last)));
        }
    }
}
