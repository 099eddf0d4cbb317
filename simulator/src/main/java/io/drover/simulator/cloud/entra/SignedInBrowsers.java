package io.drover.simulator.cloud.entra;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.ext.web.RoutingContext;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Who has signed in with which browser, so that the next application signs them in without asking (single sign-on). Bounded: the oldest
 * go first. Thread-safe.
 */
final class SignedInBrowsers {
    private static final String COOKIE = "__Host-ESTSAUTHPERSISTENT";
    private static final int MOST = 10_000;
    private static final int ID_BYTES = 32;

    private record SignedIn(String tenant, String objectId) {}

    private final RandomGenerator random;
    private final Map<String, SignedIn> browsers = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, SignedIn> eldest) {
            return size() > MOST;
        }
    };

    SignedInBrowsers(RandomGenerator random) {
        this.random = random;
    }

    /** The object id of the tenant's user who is signed in with this browser. */
    synchronized Optional<String> user(RoutingContext context, String tenant) {
        Cookie cookie = context.request().getCookie(COOKIE);
        return Optional.ofNullable(cookie == null ? null : browsers.get(cookie.getValue()))
                .filter(signedIn -> signedIn.tenant().equals(tenant))
                .map(SignedIn::objectId);
    }

    synchronized void signIn(RoutingContext context, String tenant, DirectoryUser user) {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        browsers.put(id, new SignedIn(tenant, user.objectId()));
        context.response().addCookie(cookie(id));
    }

    synchronized void signOut(RoutingContext context) {
        Cookie cookie = context.request().getCookie(COOKIE);
        if (cookie != null) {
            browsers.remove(cookie.getValue());
            context.response().addCookie(cookie("").setMaxAge(0));
        }
    }

    private static Cookie cookie(String value) {
        return Cookie.cookie(COOKIE, value)
                .setPath("/")
                .setSecure(true)
                .setHttpOnly(true)
                .setSameSite(CookieSameSite.LAX);
    }
}
