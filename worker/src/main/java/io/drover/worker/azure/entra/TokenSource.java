package io.drover.worker.azure.entra;

import io.drover.worker.azure.AzureException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Hands out a bearer token per audience, kept until shortly before it expires. Calls that ask at once share one sign-in.
 * When a renewal fails, the token in hand is used for as long as it is valid. Thread-safe.
 */
public final class TokenSource {
    private static final Duration EARLY = Duration.ofMinutes(2);
    private static final Duration AGAIN = Duration.ofSeconds(10);
    /** With the pauses between them about half a minute; then the caller has to wait and ask again. */
    private static final int TRIES = 7;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

    private final Vertx vertx;
    private final Credential credential;
    private final Clock clock;
    private final Map<String, Future<Kept>> tokens = new ConcurrentHashMap<>();

    private record Kept(AccessToken token, Instant renewAt) {}

    public TokenSource(Vertx vertx, Credential credential, Clock clock) {
        this.vertx = vertx;
        this.credential = credential;
        this.clock = clock;
    }

    /**
     * A bearer token for the audience. Fails with {@link AzureException} when the sign-in is refused or not answered;
     * with 429, as nothing was carried out, when it stays unavailable for half a minute.
     */
    public Future<String> token(String audience) {
        return tokens.compute(audience, this::current).map(kept -> kept.token().value());
    }

    /** Forgets a token that a service refused. */
    public void forget(String audience) {
        tokens.remove(audience);
    }

    /** What somebody should know about the credential, as of the last sign-in. */
    public List<String> warnings() {
        return credential.warnings();
    }

    private Future<Kept> current(String audience, Future<Kept> known) {
        if (known == null || known.failed()) {
            return attempt(audience, 1);
        }
        if (!known.succeeded() || clock.instant().isBefore(known.result().renewAt())) {
            return known;
        }
        AccessToken old = known.result().token();
        return attempt(audience, 1).recover(cause -> {
            Instant now = clock.instant();
            return now.isBefore(old.expiresAt())
                    ? Future.succeededFuture(new Kept(old, now.plus(AGAIN)))
                    : Future.failedFuture(cause);
        });
    }

    private Future<Kept> attempt(String audience, int number) {
        return credential
                .signIn(audience)
                .map(this::kept)
                .recover(cause -> number < TRIES && isPassing(cause)
                        ? vertx.timer(FIRST_PAUSE.toMillis() << (number - 1))
                                .compose(passed -> attempt(audience, number + 1))
                        : Future.failedFuture(cause));
    }

    private static boolean isPassing(Throwable cause) {
        return cause instanceof AzureException refused && refused.status() == 429;
    }

    private Kept kept(AccessToken token) {
        Duration quarter = Duration.between(clock.instant(), token.expiresAt()).dividedBy(4);
        Duration early = EARLY.compareTo(quarter) < 0 ? EARLY : quarter;
        return new Kept(token, token.expiresAt().minus(early));
    }
}
