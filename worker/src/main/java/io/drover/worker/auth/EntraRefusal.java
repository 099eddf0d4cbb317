package io.drover.worker.auth;

import io.vertx.core.json.JsonObject;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Entra refused, by its word and number alone: its descriptions may hold what the browser sent.
 *
 * @param error OAuth's word, such as {@code access_denied}
 * @param number such as {@code AADSTS50105}; empty when there is none
 */
record EntraRefusal(String error, String number) {
    private static final Pattern WORD = Pattern.compile("[a-z_]{1,64}");
    private static final Pattern NUMBER = Pattern.compile("AADSTS\\d{1,9}");

    static EntraRefusal of(String error, String description) {
        Matcher matcher = NUMBER.matcher(description == null ? "" : description);
        return new EntraRefusal(
                error != null && WORD.matcher(error).matches() ? error : "unknown_error",
                matcher.find() ? matcher.group() : "");
    }

    static EntraRefusal of(JsonObject body) {
        return of(
                body.getValue("error") instanceof String error ? error : null,
                body.getValue("error_description") instanceof String description ? description : null);
    }

    /** What a person can do about it. */
    String advice() {
        return switch (number) {
            case "AADSTS50105", "AADSTS65004" ->
                "Ask an administrator to give you a role of this application (Enterprise applications, Users and"
                        + " groups), or to consent to it.";
            case "AADSTS50011" ->
                "The app registration does not have this server's redirect URI: an administrator adds the address of"
                        + " /auth/callback to it.";
            case "AADSTS7000215", "AADSTS7000222", "AADSTS7000218" ->
                "The client secret of this server is wrong or has expired: an administrator makes a new one and puts"
                        + " it where api.signIn.clientSecret points.";
            case "AADSTS700016", "AADSTS90002" ->
                "Entra does not know the application or the directory: an administrator corrects api.signIn.clientId"
                        + " and api.signIn.tenant.";
            default ->
                error.equals("access_denied")
                        ? "You did not let the application sign you in. Sign in again and accept."
                        : "Sign in again. If that does not help, give an administrator this number.";
        };
    }

    @Override
    public String toString() {
        return number.isEmpty() ? error : error + ", " + number;
    }
}
