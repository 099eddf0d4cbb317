package io.drover.simulator.cloud.entra;

import io.drover.simulator.cloud.Names;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/**
 * The authorization endpoint for codes: a page with the tenant's test users, each a button, no passwords. Who has signed in with the
 * browser before is not asked again, nor is a {@code login_hint} that names a user, unless {@code prompt} wants it. What can be sent back
 * to the application is; an unknown application or redirect address gets an error page instead, as documented.
 */
final class AuthorizeEndpoint {
    private static final Set<String> PROMPTS = Set.of("login", "none", "consent", "select_account");

    private final Directory directory;
    private final Grants grants;
    private final SignedInBrowsers browsers;
    private final Names names;

    AuthorizeEndpoint(Directory directory, Grants grants, SignedInBrowsers browsers, Names names) {
        this.directory = directory;
        this.grants = grants;
        this.browsers = browsers;
        this.names = names;
    }

    /** Shows the page, or goes on when the request says who signs in. */
    void answer(RoutingContext context, String tenant) {
        MultiMap query = context.queryParams();
        String redirect = redirect(tenant, query);
        try {
            requireSupported(query);
            TokenResource resource = TokenResource.ofScopes(query.get("scope"), tenant, directory, names);
            Optional<DirectoryUser> user = user(context, tenant);
            if (user.isEmpty() && "none".equals(query.get("prompt"))) {
                throw new EntraException(EntraError.NOT_SIGNED_IN);
            }
            if (user.isEmpty()) {
                SignInPage.users(context, query.get("client_id"), directory.users(tenant), query.get("login_hint"));
                return;
            }
            browsers.signIn(context, tenant, user.get());
            String code = grants.code(new Grants.Grant(
                    tenant,
                    query.get("client_id"),
                    user.get(),
                    resource,
                    redirect,
                    query.get("code_challenge"),
                    "S256".equals(query.get("code_challenge_method")),
                    query.get("nonce"),
                    grants.codeExpiry()));
            back(context, redirect, "code=" + encoded(code) + state(query));
        } catch (EntraException refused) {
            back(
                    context,
                    redirect,
                    "error=" + refused.error().error() + "&error_description="
                            + encoded("AADSTS" + refused.error().code() + ": "
                                    + refused.error().text(refused.values()))
                            + state(query));
        }
    }

    private String redirect(String tenant, MultiMap query) {
        String clientId = query.get("client_id");
        if (clientId == null) {
            throw new EntraException(EntraError.PARAMETER_MISSING, "client_id");
        }
        ServicePrincipal client = directory
                .principal(tenant, clientId)
                .orElseThrow(() -> new EntraException(EntraError.APPLICATION_NOT_FOUND, clientId, tenant));
        String redirect = query.get("redirect_uri");
        if (redirect == null || !client.redirectsTo(redirect)) {
            throw new EntraException(EntraError.REDIRECT_MISMATCH, String.valueOf(redirect));
        }
        return redirect;
    }

    private static void requireSupported(MultiMap query) {
        if (!"code".equals(query.get("response_type"))) {
            throw new EntraException(EntraError.RESPONSE_TYPE, String.valueOf(query.get("response_type")));
        }
        if (query.get("scope") == null) {
            throw new EntraException(EntraError.PARAMETER_MISSING, "scope");
        }
        String method = query.get("code_challenge_method");
        if (query.contains("code_challenge") && method != null && !method.equals("S256") && !method.equals("plain")) {
            throw new EntraException(EntraError.PARAMETER_MISSING, "code_challenge_method");
        }
        if (query.contains("prompt") && !PROMPTS.contains(query.get("prompt"))) {
            throw new EntraException(EntraError.PROMPT, query.get("prompt"));
        }
    }

    /** The one whose button was pressed; else whom the browser or the hint names, unless the person is to be asked. */
    private Optional<DirectoryUser> user(RoutingContext context, String tenant) {
        if (HttpMethod.POST.equals(context.request().method())) {
            return byId(tenant, context.request().getFormAttribute("user"));
        }
        String prompt = context.queryParams().get("prompt");
        if (prompt != null && !prompt.equals("none")) {
            return Optional.empty();
        }
        String hint = context.queryParams().get("login_hint");
        Optional<DirectoryUser> signedIn = browsers.user(context, tenant).flatMap(objectId -> byId(tenant, objectId));
        if (hint == null || "none".equals(prompt)) {
            return signedIn.filter(user -> hint == null || user.userName().equalsIgnoreCase(hint));
        }
        return directory.users(tenant).stream()
                .filter(user -> user.userName().equalsIgnoreCase(hint))
                .findFirst();
    }

    private Optional<DirectoryUser> byId(String tenant, String objectId) {
        return directory.users(tenant).stream()
                .filter(user -> user.objectId().equals(objectId))
                .findFirst();
    }

    /** Ends the browser's sign-in; leads back to where an application of the tenant has its users sent. */
    void signOut(RoutingContext context, String tenant) {
        browsers.signOut(context);
        String back = context.queryParams().get("post_logout_redirect_uri");
        if (back != null && directory.redirectsTo(tenant, back)) {
            context.response()
                    .setStatusCode(302)
                    .putHeader("cache-control", "no-store, no-cache")
                    .putHeader("location", back)
                    .end();
        } else {
            SignInPage.signedOut(context);
        }
    }

    private static void back(RoutingContext context, String redirect, String query) {
        context.response()
                .setStatusCode(302)
                .putHeader("cache-control", "no-store, no-cache")
                .putHeader("location", redirect + (redirect.contains("?") ? "&" : "?") + query)
                .end();
    }

    private static String state(MultiMap query) {
        return query.contains("state") ? "&state=" + encoded(query.get("state")) : "";
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
