package io.drover.simulator.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.mqtt.MqttGateway;
import io.drover.simulator.cloud.quota.Quotas;
import io.drover.simulator.cloud.sas.SasToken;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.SelfSignedCertificate;
import io.vertx.junit5.VertxExtension;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A silent device whose token runs out. */
@ExtendWith(VertxExtension.class)
class TokenExpiryIT {
    private static final String HOST = "target-hub.azure-devices.test";

    @Test
    void aDeviceIsDisconnectedWhenItsTokenRunsOutThoughItSendsNothing(Vertx vertx) throws Exception {
        Hub hub = new Hub(HOST, HubSku.S1, 1, Clock.systemUTC(), new Random(1));
        HubDevice device = hub.createOrGet("truck-1", hub.newCredential(), null);
        SelfSignedCertificate certificate = SelfSignedCertificate.create("localhost");
        MqttGateway gateway = new MqttGateway(
                vertx,
                new NetServerOptions().setSsl(true).setKeyCertOptions(certificate.keyCertOptions()),
                List.of(new HubMqttService(vertx, host -> Optional.of(hub), new Quotas(1), Clock.systemUTC())));
        int port = await(gateway.listen(0));
        Instant expiry = Instant.now().plusSeconds(3);
        MqttClient client = MqttClient.create(
                vertx,
                new MqttClientOptions()
                        .setSsl(true)
                        .setTrustAll(true)
                        .setHostnameVerificationAlgorithm("")
                        .setClientId("truck-1")
                        .setUsername(HOST + "/truck-1/?api-version=2021-04-12")
                        .setPassword(SasToken.sign(
                                HOST + "/devices/truck-1",
                                device.credential().symmetricKey().primary(),
                                expiry,
                                null)));
        Promise<Instant> closed = Promise.promise();
        client.closeHandler(gone -> closed.tryComplete(Instant.now()));
        await(client.connect(port, "127.0.0.1"));
        assertThat(device.connectionState()).isEqualTo(ConnectionState.CONNECTED);

        Instant at = await(closed.future());

        // A token's expiry is a whole second.
        assertThat(at).isAfterOrEqualTo(expiry.minusSeconds(1)).isBefore(expiry.plusSeconds(5));
        await(gateway.close());
        certificate.delete();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
