package io.drover.worker.auth;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.CookieSameSite;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.Session;
import io.vertx.ext.web.handler.SessionHandler;
import io.vertx.ext.web.sstore.LocalSessionStore;
import io.vertx.ext.web.sstore.SessionStore;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Browsers that have signed in. A session is made at sign-in only, holds who it is and no token of Entra's, and ends after eight hours
 * without a request or after twelve hours. Kept in this process: after a restart everybody signs in again.
 */
final class BrowserSessions {
    private static final Duration IDLE = Duration.ofHours(8);
    private static final Duration LONGEST = Duration.ofHours(12);
    private static final int MOST = 2_000;
    private static final int ID_BYTES = 32;
    private static final String STATE = "signed-in";

    private final SessionStore store;
    private final SessionHandler handler;
    private final String cookie;
    private final SecureRandom random;
    private final Clock clock;

    /** @param csrfToken what writes of this session must show */
    record SignedIn(Caller caller, String csrfToken, Instant until) {
        @Override
        public String toString() {
            return "SignedIn[caller=" + caller + ", until=" + until + "]";
        }
    }

    BrowserSessions(Vertx vertx, boolean secure, SecureRandom random, Clock clock) {
        this.random = random;
        this.clock = clock;
        this.cookie = name(secure, "drover-session");
        this.store = LocalSessionStore.create(vertx, "io.drover.worker.sessions");
        this.handler = SessionHandler.create(store)
                .setLazySession(true)
                .setSessionTimeout(IDLE.toMillis())
                .setMinLength(ID_BYTES)
                .setNagHttps(false)
                .setSessionCookieName(cookie)
                .setSessionCookiePath("/")
                .setCookieHttpOnlyFlag(true)
                .setCookieSecureFlag(secure)
                .setCookieSameSite(CookieSameSite.LAX);
    }

    /** With the prefix that lets browsers take the cookie from this very host only, over TLS. */
    static String name(boolean secure, String name) {
        return secure ? "__Host-" + name : name;
    }

    void mount(Router root) {
        root.route().handler(handler);
    }

    /** Whose session the request shows; one that is over is ended, and its cookie taken back. */
    Optional<SignedIn> of(RoutingContext call) {
        if (call.request().getCookie(cookie) == null) {
            return Optional.empty();
        }
        // Looking at it makes it an accessed one: only those that a browser asks for come here.
        Session session = call.session();
        SignedIn signedIn = session.get(STATE);
        if (signedIn == null || !clock.instant().isBefore(signedIn.until())) {
            session.destroy();
            return Optional.empty();
        }
        return Optional.of(signedIn);
    }

    /** Whether one more may begin. */
    Future<Boolean> hasRoom() {
        return store.size().map(size -> size < MOST);
    }

    /** Begins a session under a new id, whatever the browser showed before. */
    void begin(RoutingContext call, Caller caller) {
        call.session()
                .regenerateId()
                .put(
                        STATE,
                        new SignedIn(
                                caller,
                                PendingSignIn.text(random),
                                clock.instant().plus(LONGEST)));
    }

    void end(RoutingContext call) {
        if (call.request().getCookie(cookie) != null) {
            call.session().destroy();
        }
    }

    /** Whether the session that a request began with still stands; for answers that go on for hours. */
    Future<Boolean> stands(String id, Instant until) {
        return clock.instant().isBefore(until)
                ? store.get(id).map(session -> session != null)
                : Future.succeededFuture(false);
    }
}
