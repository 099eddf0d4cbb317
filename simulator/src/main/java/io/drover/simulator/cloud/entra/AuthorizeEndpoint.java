package io.drover.simulator.cloud.entra;

import io.drover.simulator.cloud.Names;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The authorization endpoint for codes: a page with the tenant's test users, each a button, no passwords. A {@code login_hint} that
 * names a user signs that user in at once. What can be sent back to the application is; an unknown application or redirect address
 * gets an error page instead, as documented.
 */
final class AuthorizeEndpoint {
    private final Directory directory;
    private final Grants grants;
    private final Names names;

    AuthorizeEndpoint(Directory directory, Grants grants, Names names) {
        this.directory = directory;
        this.grants = grants;
        this.names = names;
    }

    /** Shows the page, or goes on when the request says who signs in. */
    void answer(RoutingContext context, String tenant) {
        MultiMap query = context.queryParams();
        String redirect = redirect(tenant, query);
        try {
            requireSupported(query);
            TokenResource resource = TokenResource.ofScopes(query.get("scope"), tenant, directory, names);
            Optional<DirectoryUser> user = user(tenant, query);
            if (user.isEmpty()) {
                page(context, tenant);
                return;
            }
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
        if (redirect == null || !client.redirectUris().contains(redirect)) {
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
    }

    private Optional<DirectoryUser> user(String tenant, MultiMap query) {
        String chosen = query.get("user");
        String hint = query.get("login_hint");
        return directory.users(tenant).stream()
                .filter(user -> user.objectId().equals(chosen)
                        || (chosen == null && user.userName().equalsIgnoreCase(hint)))
                .findFirst();
    }

    private void page(RoutingContext context, String tenant) {
        StringBuilder buttons = new StringBuilder();
        for (DirectoryUser user : directory.users(tenant)) {
            buttons.append("<li><a href=\"")
                    .append(escaped(context.request().uri() + "&user=" + encoded(user.objectId())))
                    .append("\">")
                    .append(escaped(user.displayName()))
                    .append("</a> ")
                    .append(escaped(user.userName()))
                    .append("</li>");
        }
        html(
                context.response(),
                200,
                "<h1>Sign in to the emulated Entra</h1><p>Test users of the tenant; nobody has a password.</p><ul>"
                        + buttons + "</ul>");
    }

    /** For what cannot be sent back to the application. */
    static void errorPage(RoutingContext context, EntraException refused) {
        html(
                context.response(),
                400,
                "<h1>Sorry, but we're having trouble signing you in.</h1><p>AADSTS"
                        + refused.error().code() + ": "
                        + escaped(refused.error().text(refused.values())) + "</p>");
    }

    private static void html(HttpServerResponse response, int status, String body) {
        response.setStatusCode(status)
                .putHeader("content-type", "text/html; charset=utf-8")
                .putHeader("content-security-policy", "default-src 'none'")
                .putHeader("cache-control", "no-store, no-cache")
                .end("<!DOCTYPE html><html lang=\"en\"><title>Sign in</title><body>" + body + "</body></html>");
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

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
