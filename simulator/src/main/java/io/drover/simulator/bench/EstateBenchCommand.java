package io.drover.simulator.bench;

import io.drover.simulator.cloud.Cloud;
import io.drover.simulator.cloud.CloudOptions;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How long it takes to make many devices in an IoT Central application, and to list them through its REST API page by page. */
@Command(
        name = "estate",
        mixinStandardHelpOptions = true,
        description =
                "Creates devices through the control API and lists them through IoT Central's REST API, quotas off.")
final class EstateBenchCommand implements Callable<Integer> {
    private static final String APPLICATION = "bench-app";
    private static final String HOST = APPLICATION + ".azureiotcentral.test";
    private static final String LOGIN = "login.microsoftonline.test";
    private static final String TENANT = "4c7d9f6e-50c0-4d8e-8a6f-2d1f5d6b7a80";
    private static final String CLIENT = "2b9f4f0a-3b6b-4b6f-9a3c-6c1f0e5d4b32";
    private static final String TEMPLATE = "dtmi:drover:bench;1";
    private static final long DEADLINE_SECONDS = 120;

    @Option(names = "--devices", defaultValue = "100000", description = "How many (default: ${DEFAULT-VALUE}).")
    private int devices;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Path data = Files.createTempDirectory("drover-bench-");
        Vertx vertx = Vertx.vertx();
        try {
            Cloud cloud = await(Cloud.start(vertx, CloudOptions.ephemeral(data)));
            WebClient http = WebClient.create(vertx);
            control(http, cloud, HttpMethod.POST, "/control/quotas", new JsonObject().put("enforced", false));
            control(http, cloud, HttpMethod.PUT, "/control/estate", estate());
            double made = seconds(() -> control(
                    http,
                    cloud,
                    HttpMethod.POST,
                    "/control/applications/" + APPLICATION + "/devices",
                    new JsonObject()
                            .put("template", TEMPLATE)
                            .put("prefix", "bench-")
                            .put("count", devices)));
            WebClient https = WebClient.create(
                    vertx,
                    new WebClientOptions()
                            .setSsl(true)
                            .setTrustOptions(new PemTrustOptions()
                                    .addCertPath(cloud.ports().caCertificate().toString())));
            Listing listing = new Listing(https, cloud.ports().https());
            double listed = seconds(listing::run);
            PrintWriter out = spec.commandLine().getOut();
            out.printf(Locale.ROOT, "created %d devices in %.2f s%n", devices, made);
            out.printf(
                    Locale.ROOT, "listed %d devices on %d pages in %.2f s%n", listing.devices, listing.pages, listed);
            out.flush();
            await(cloud.close());
            return listing.devices == devices ? 0 : 1;
        } finally {
            await(vertx.close());
            delete(data);
        }
    }

    /** Follows nextLink from the first page to the last. */
    private static final class Listing {
        private final WebClient https;
        private final int port;
        private int devices;
        private int pages;

        Listing(WebClient https, int port) {
            this.https = https;
            this.port = port;
        }

        Void run() throws Exception {
            String authorization = "Bearer " + token();
            String path = "/api/devices?api-version=2022-07-31";
            while (path != null) {
                HttpResponse<Buffer> answer = await(request(HttpMethod.GET, HOST, path)
                        .putHeader("authorization", authorization)
                        .send());
                expect(answer);
                JsonObject page = answer.bodyAsJsonObject();
                devices += page.getJsonArray("value").size();
                pages++;
                String next = page.getString("nextLink");
                path = next == null ? null : next.substring(next.indexOf("/api/"));
            }
            return null;
        }

        private String token() throws Exception {
            MultiMap form = MultiMap.caseInsensitiveMultiMap()
                    .add("grant_type", "client_credentials")
                    .add("client_id", CLIENT)
                    .add("client_secret", CLIENT)
                    .add("scope", "https://apps.azureiotcentral.test/.default");
            return await(request(HttpMethod.POST, LOGIN, "/" + TENANT + "/oauth2/v2.0/token")
                            .sendForm(form))
                    .bodyAsJsonObject()
                    .getString("access_token");
        }

        private HttpRequest<Buffer> request(HttpMethod method, String host, String path) {
            return https.request(method, SocketAddress.inetSocketAddress(port, CloudOptions.HOST), 443, host, path);
        }
    }

    private static Void control(WebClient http, Cloud cloud, HttpMethod method, String path, JsonObject body)
            throws Exception {
        expect(await(http.request(method, cloud.ports().control(), CloudOptions.HOST, path)
                .sendJsonObject(body)));
        return null;
    }

    private static void expect(HttpResponse<Buffer> answer) {
        if (answer.statusCode() / 100 != 2) {
            throw new IllegalStateException(
                    "The emulated cloud answered " + answer.statusCode() + ": " + answer.bodyAsString());
        }
    }

    private static JsonObject estate() {
        return new JsonObject()
                .put("tenantId", TENANT)
                .put(
                        "servicePrincipals",
                        new JsonArray()
                                .add(new JsonObject().put("clientId", CLIENT).put("clientSecret", CLIENT)))
                .put("subscriptions", new JsonArray().add(new JsonObject().put("subscriptionId", TENANT)))
                .put(
                        "applications",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("subdomain", APPLICATION)
                                        .put(
                                                "deviceTemplates",
                                                new JsonArray().add(new JsonObject().put("id", TEMPLATE)))));
    }

    private static double seconds(Callable<Void> action) throws Exception {
        long started = System.nanoTime();
        action.call();
        return (System.nanoTime() - started) / 1e9;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
