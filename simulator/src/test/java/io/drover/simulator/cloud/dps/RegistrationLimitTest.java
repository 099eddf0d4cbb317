package io.drover.simulator.cloud.dps;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.quota.Quotas;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The provisioning service inside an IoT Central application takes fewer registrations a minute than one of one's own. */
class RegistrationLimitTest {
    private static final String ID_SCOPE = "0ne000000AA";
    private static final Buffer BODY =
            new JsonObject().put("registrationId", "truck-1").toBuffer();

    @ParameterizedTest
    @CsvSource({", 200", "own-dps, 1000"})
    void registrationsOverTheMinutesLimitAreThrottled(String name, int limit) {
        ProvisioningService service =
                new ProvisioningService(name, ID_SCOPE, List.of(), Clock.systemUTC(), Duration.ZERO, new Random(1));
        DeviceOperations operations =
                new DeviceOperations(scope -> Optional.of(service), new Quotas(1), Clock.systemUTC());
        DeviceOperations.Caller caller =
                new DeviceOperations.Caller(ID_SCOPE, "truck-1", new DeviceProof(null, List.of()));

        int taken = 0;
        DeviceOperations.Reply reply = operations.register(caller, BODY);
        while (reply.status() != 429 && taken < 2 * limit) {
            taken++;
            reply = operations.register(caller, BODY);
        }

        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.retryAfter()).isPresent();
        // A few more are granted while the calls are made.
        assertThat(taken).isBetween(limit, limit + limit / 4);
    }
}
