package io.drover.worker.auth;

import io.drover.worker.web.ProblemException;
import io.drover.worker.web.SameOrigin;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Tells a write that the person meant from one that another page made the browser send: the session's own token, and what browsers
 * say of a request's origin.
 */
final class ForgeryCheck {
    static final String HEADER = "x-csrf-token";
    private static final Set<HttpMethod> READS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private final Supplier<String> publicUrl;

    ForgeryCheck(Supplier<String> publicUrl) {
        this.publicUrl = publicUrl;
    }

    static boolean isWrite(RoutingContext call) {
        return !READS.contains(call.request().method());
    }

    /** Throws {@link ProblemException} for a write of a session that does not show that it was meant. */
    void require(RoutingContext call, BrowserSessions.SignedIn signedIn, String token) {
        if (!SameOrigin.holds(call.request(), publicUrl.get())) {
            throw new ProblemException(
                    403,
                    "forged-request",
                    "Not from here",
                    "Another site's page sent this request. Use the pages of " + publicUrl.get() + ".");
        }
        if (token == null || !same(token, signedIn.csrfToken())) {
            throw new ProblemException(
                    403,
                    "forged-request",
                    "The request does not show that it was meant",
                    "Send csrfToken of GET /api/v1/session as " + HEADER + ", or reload the page.");
        }
    }

    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }
}
