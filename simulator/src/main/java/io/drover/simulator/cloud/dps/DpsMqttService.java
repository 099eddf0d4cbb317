package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.metrics.CallMeter;
import io.drover.simulator.cloud.metrics.CloudService;
import io.drover.simulator.cloud.mqtt.DeviceConnection;
import io.drover.simulator.cloud.mqtt.MqttService;
import io.drover.simulator.cloud.quota.Quotas;
import io.drover.simulator.cloud.sas.SasToken;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.vertx.core.Vertx;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The device API over MQTT 3.1.1 ("Communicate with DPS using the MQTT protocol"). A connection is accepted whatever its
 * id scope and key are: as documented by the field, a wrong one is answered 401 on the register reply.
 */
public final class DpsMqttService implements MqttService {
    private static final Pattern USER_NAME = Pattern.compile(
            "([^/]+)/registrations/([^/]+)/api-version=[0-9]{4}-[0-9]{2}-[0-9]{2}(?:-preview)?(?:&.*)?");

    private final Vertx vertx;
    private final DeviceOperations operations;
    private final CallMeter calls;

    /** A service whose calls nobody counts. */
    public DpsMqttService(
            Vertx vertx, Function<String, Optional<ProvisioningService>> byIdScope, Quotas quotas, Clock clock) {
        this(vertx, byIdScope, quotas, clock, CallMeter.unobserved());
    }

    public DpsMqttService(
            Vertx vertx,
            Function<String, Optional<ProvisioningService>> byIdScope,
            Quotas quotas,
            Clock clock,
            CallMeter calls) {
        this.vertx = vertx;
        this.operations = new DeviceOperations(byIdScope, quotas, clock);
        this.calls = calls;
    }

    /** Whether the user name is one of the device API; only then is {@link #attach} meant. */
    @Override
    public boolean accepts(DeviceConnection connection) {
        return userName(connection).matches();
    }

    @Override
    public void attach(DeviceConnection connection, List<X509Certificate> certificates) {
        long arrived = System.nanoTime();
        Matcher userName = userName(connection);
        if (!userName.matches()) {
            reject(connection, MqttConnectReturnCode.CONNECTION_REFUSED_BAD_USER_NAME_OR_PASSWORD, arrived);
            return;
        }
        String registrationId = userName.group(2);
        if (!registrationId.equalsIgnoreCase(connection.connect().clientId())) {
            reject(connection, MqttConnectReturnCode.CONNECTION_REFUSED_IDENTIFIER_REJECTED, arrived);
            return;
        }
        SasToken token = SasToken.parse(connection.connect().password()).orElse(null);
        DpsMqttSession session = new DpsMqttSession(
                vertx,
                connection,
                operations,
                new DeviceOperations.Caller(userName.group(1), registrationId, new DeviceProof(token, certificates)),
                calls);
        session.open();
        calls.answered(CloudService.DPS_MQTT, "connect", "0", arrived);
    }

    private void reject(DeviceConnection connection, MqttConnectReturnCode code, long arrived) {
        connection.reject(code);
        calls.answered(CloudService.DPS_MQTT, "connect", Integer.toString(code.byteValue()), arrived);
    }

    private static Matcher userName(DeviceConnection connection) {
        String name = connection.connect().userName();
        return USER_NAME.matcher(name == null ? "" : name);
    }
}
