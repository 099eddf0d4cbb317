package io.drover.worker.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RequestTest {
    private static final Request<String, String> ECHO = new Request<>("test.echo", String.class, String.class);

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void anyFailureOfAHandlerReachesTheCallerLongBeforeItsTimeIsUp() {
        ECHO.answer(vertx, question -> Future.failedFuture(new IllegalStateException("no such " + question)));

        assertThatThrownBy(() -> ask("page"))
                .cause()
                .isInstanceOfSatisfying(
                        StageFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(StageFailure.Reason.INTERNAL))
                .hasMessageContaining("no such page");
    }

    @Test
    void aHandlerThatThrowsAnswersAllTheSame() {
        ECHO.answer(vertx, question -> {
            throw new IllegalArgumentException("broken");
        });

        assertThatThrownBy(() -> ask("page")).cause().hasMessageContaining("broken");
    }

    private String ask(String question) throws Exception {
        return ECHO.ask(vertx, question, Duration.ofHours(1))
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }
}
