package io.drover.simulator.cloud.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.simulator.cloud.Cloud;
import io.drover.simulator.cloud.CloudOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClient;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Readiness and the estate of a file. */
@ExtendWith(VertxExtension.class)
class ReadinessIT {
    @TempDir
    Path directory;

    @Test
    void aCloudIsAliveAtOnceAndReadyWithItsEstate(Vertx vertx) throws Exception {
        Cloud cloud = await(Cloud.start(vertx, CloudOptions.ephemeral(directory)));
        Path estate = Files.writeString(directory.resolve("estate.json"), """
                {"tenantId": "tenant", "subscriptions": [{"subscriptionId": "one"}], "applications": [{"subdomain": "app",
                 "deviceTemplates": [{"id": "t"}], "devices": [{"template": "t", "prefix": "d-", "count": 3}]}]}
                """);

        assertThat(status(vertx, cloud, "/health/live")).isEqualTo(200);
        assertThat(status(vertx, cloud, "/health/ready")).isEqualTo(503);
        await(cloud.build(estate));
        assertThat(status(vertx, cloud, "/health/ready")).isEqualTo(200);
        await(cloud.close());
    }

    @Test
    void anEstateFileWithMistakesIsRefusedNamingThem(Vertx vertx) throws Exception {
        Cloud cloud = await(Cloud.start(vertx, CloudOptions.ephemeral(directory)));
        Path estate = Files.writeString(directory.resolve("estate.json"), """
                {"tenantId": "tenant", "subscriptions": [{"subscriptionId": "one"}], "applications": [{"subdomain": "app",
                 "devices": [{"template": "missing", "prefix": "d-", "count": 3}]}]}
                """);

        assertThatThrownBy(() -> await(cloud.build(estate)))
                .hasRootCauseInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no device template 'missing'");
        assertThat(status(vertx, cloud, "/health/ready")).isEqualTo(503);
        await(cloud.close());
    }

    private static int status(Vertx vertx, Cloud cloud, String path) throws Exception {
        return await(WebClient.create(vertx)
                        .get(cloud.ports().control(), CloudOptions.HOST, path)
                        .send())
                .statusCode();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
