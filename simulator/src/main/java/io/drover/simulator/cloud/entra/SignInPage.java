package io.drover.simulator.cloud.entra;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** The pages a person sees at the emulated Entra: plain forms, without scripts or passwords. */
final class SignInPage {
    private SignInPage() {}

    /** A form with a button for each user; it is sent to the address that the page has. */
    static void users(RoutingContext context, String application, List<DirectoryUser> users, String hint) {
        StringBuilder buttons = new StringBuilder();
        for (DirectoryUser user : users) {
            buttons.append("<li><button type=\"submit\" name=\"user\" value=\"")
                    .append(escaped(user.objectId()))
                    .append(user.userName().equalsIgnoreCase(hint) ? "\" autofocus>" : "\">")
                    .append(escaped(user.displayName()))
                    .append("</button> ")
                    .append(escaped(user.userName()))
                    .append("</li>");
        }
        html(
                context.response(),
                200,
                "<h1>Sign in</h1><p>The emulated Entra, for application " + escaped(application)
                        + ". Choose a test user of the tenant; nobody has a password.</p>"
                        + (users.isEmpty() ? "<p>The tenant has no users: the estate's users make them.</p>" : "")
                        + "<form method=\"post\" action=\""
                        + escaped(context.request().uri()) + "\"><ul>" + buttons + "</ul></form>");
    }

    /** For what cannot be sent back to the application. */
    static void refusal(RoutingContext context, EntraException refused) {
        html(
                context.response(),
                400,
                "<h1>Sorry, but we're having trouble signing you in.</h1><p>AADSTS"
                        + refused.error().code() + ": "
                        + escaped(refused.error().text(refused.values())) + "</p>");
    }

    static void signedOut(RoutingContext context) {
        html(
                context.response(),
                200,
                "<h1>You signed out of your account</h1><p>It's a good idea to close all browser windows.</p>");
    }

    private static void html(HttpServerResponse response, int status, String body) {
        response.setStatusCode(status)
                .putHeader("content-type", "text/html; charset=utf-8")
                .putHeader("content-security-policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'")
                .putHeader("referrer-policy", "no-referrer")
                .putHeader("cache-control", "no-store, no-cache")
                .end("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\""
                        + " content=\"width=device-width\"><title>Sign in - emulated Entra</title></head><body><main>"
                        + body
                        + "</main></body></html>");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
