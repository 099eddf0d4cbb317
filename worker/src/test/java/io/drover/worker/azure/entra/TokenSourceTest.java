package io.drover.worker.azure.entra;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.azure.AzureException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TokenSourceTest {
    private static final String AUDIENCE = "https://hubs.example.test";

    private final AzureException refused = new AzureException(401, "SignInFailed", "no");
    private final Vertx vertx = Vertx.vertx();
    private final MovingClock clock = new MovingClock();
    private final List<String> signIns = new ArrayList<>();
    private final Deque<Future<AccessToken>> answers = new ArrayDeque<>();
    private final TokenSource source = new TokenSource(
            vertx,
            audience -> {
                signIns.add(audience);
                return answers.remove();
            },
            clock);

    private static final class MovingClock extends Clock {
        private Instant now = Instant.parse("2026-11-25T00:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private Future<AccessToken> token(String value) {
        return Future.succeededFuture(new AccessToken(value, clock.instant().plus(Duration.ofHours(1))));
    }

    @Test
    void callsThatAskAtOnceShareOneSignIn() {
        Promise<AccessToken> pending = Promise.promise();
        answers.add(pending.future());

        Future<String> one = source.token(AUDIENCE);
        Future<String> other = source.token(AUDIENCE);
        pending.complete(new AccessToken("a", clock.instant().plus(Duration.ofHours(1))));

        assertThat(signIns).hasSize(1);
        assertThat(one.result()).isEqualTo("a");
        assertThat(other.result()).isEqualTo("a");
    }

    @Test
    void aTokenIsRenewedBeforeItExpiresAndNotLongBefore() {
        answers.add(token("a"));
        assertThat(source.token(AUDIENCE).result()).isEqualTo("a");

        clock.now = clock.now.plus(Duration.ofMinutes(57));
        assertThat(source.token(AUDIENCE).result()).isEqualTo("a");

        clock.now = clock.now.plus(Duration.ofMinutes(1));
        answers.add(token("b"));
        assertThat(source.token(AUDIENCE).result()).isEqualTo("b");
    }

    @Test
    void theTokenInHandServesWhileItIsValidAndARenewalFails() {
        answers.add(token("a"));
        assertThat(source.token(AUDIENCE).result()).isEqualTo("a");

        clock.now = clock.now.plus(Duration.ofMinutes(59));
        answers.add(Future.failedFuture(refused));
        assertThat(source.token(AUDIENCE).result()).isEqualTo("a");
        assertThat(source.token(AUDIENCE).result())
                .as("not asked again at once")
                .isEqualTo("a");
        assertThat(signIns).hasSize(2);

        clock.now = clock.now.plus(Duration.ofMinutes(2));
        answers.add(Future.failedFuture(refused));
        assertThat(source.token(AUDIENCE).cause()).isSameAs(refused);
    }

    @Test
    void aRefusedSignInIsNotRepeatedByItselfButByTheNextCall() {
        answers.add(Future.failedFuture(refused));
        assertThat(source.token(AUDIENCE).cause()).isSameAs(refused);
        assertThat(signIns).hasSize(1);

        answers.add(token("a"));
        assertThat(source.token(AUDIENCE).result()).isEqualTo("a");
    }

    @Test
    void aForgottenTokenIsAskedForAnew() {
        answers.add(token("a"));
        answers.add(token("b"));

        assertThat(source.token(AUDIENCE).result()).isEqualTo("a");
        source.forget(AUDIENCE);
        assertThat(source.token(AUDIENCE).result()).isEqualTo("b");
    }
}
