package io.drover.simulator.cloud;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Does what {@code az account get-access-token} does, for whoever the emulator's identity endpoint stands for. Runs as a program of its
 * own: {@code AzCommand <port> <client id> account get-access-token --resource … --output json}.
 */
final class AzCommand {
    private static final Pattern FIELD = Pattern.compile("\"(access_token|expires_on)\":\"([^\"]+)\"");

    private AzCommand() {}

    public static void main(String[] arguments) throws Exception {
        List<String> given = List.of(arguments);
        if (!given.subList(2, 4).equals(List.of("account", "get-access-token")) || !given.contains("json")) {
            System.err.println("ERROR: unrecognized arguments: " + given);
            System.exit(2);
        }
        String resource = given.get(given.indexOf("--resource") + 1);
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + given.get(0) + "/metadata/identity/oauth2/token"
                                + "?api-version=2018-02-01&client_id=" + given.get(1) + "&resource="
                                + URLEncoder.encode(resource, StandardCharsets.UTF_8)))
                .header("Metadata", "true")
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            System.err.println("ERROR: Please run 'az login' to setup account.");
            System.exit(1);
        }
        String token = "";
        String expiry = "0";
        Matcher field = FIELD.matcher(answer.body());
        while (field.find()) {
            if (field.group(1).equals("access_token")) {
                token = field.group(2);
            } else {
                expiry = field.group(2);
            }
        }
        System.out.printf(
                "{\"accessToken\": \"%s\", \"expiresOn\": \"2026-11-25 00:00:00.000000\", \"expires_on\": %s, \"subscription\":"
                        + " \"s\", \"tenant\": \"t\", \"tokenType\": \"Bearer\"}%n",
                token, expiry);
    }
}
