package io.drover.worker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.worker.WorkerConfig.Rate;
import io.drover.worker.auth.Caller;
import io.drover.worker.auth.Caller.Way;
import io.drover.worker.auth.Gatekeeper;
import io.drover.worker.auth.Role;
import io.drover.worker.web.ProblemHandler;
import io.drover.worker.web.RateLimit;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every operation of the document is behind its role; the operations themselves only note that they were reached. */
class AuthorizationIT {
    private static final ApiDocument DOCUMENT = ApiDocument.load();

    private final Vertx vertx = Vertx.vertx();
    private final List<String> reached = new ArrayList<>();
    private Caller caller;

    private record Asked(String id, HttpMethod method, String path, String role) {}

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    @Test
    void everyOperationTakesItsRoleBeforeItIsReached() throws Exception {
        WebClient client = serve(all());
        List<Asked> operations = operations();
        assertThat(operations).hasSizeGreaterThan(30);
        for (Asked operation : operations) {
            caller = null;
            HttpResponse<Buffer> nobody = ask(client, operation);
            boolean open = operation.role().equals("none");
            assertThat(nobody.statusCode()).as(operation.id()).isEqualTo(open ? 200 : 401);
            for (Role role : Role.values()) {
                caller = new Caller("bob", "Bob", Set.of(role), Way.TOKEN);
                boolean allowed =
                        open || Role.named(operation.role()).orElseThrow().allowedTo(Set.of(role));
                HttpResponse<Buffer> answer = ask(client, operation);
                if (!allowed) {
                    assertThat(answer.statusCode())
                            .as(operation + " by " + role)
                            .isEqualTo(403);
                    assertThat(answer.getHeader("content-type")).isEqualTo("application/problem+json");
                    assertThat(answer.bodyAsJsonObject().getString("detail"))
                            .contains("role " + operation.role(), "bob has " + role.text());
                    assertThat(reached).as(operation + " by " + role).doesNotContain(operation.id());
                } else {
                    assertThat(answer.statusCode())
                            .as(operation + " by " + role)
                            .isBetween(200, 400);
                }
                reached.clear();
            }
        }
    }

    @Test
    void whateverNobodySendsReachesNoOperation() throws Exception {
        WebClient client = serve(all());
        FuzzedRequests requests = new FuzzedRequests(DOCUMENT.json(), new Random(3));
        for (int i = 0; i < 10 * requests.operations(); i++) {
            FuzzedRequests.Fuzzed fuzzed =
                    requests.of(i % requests.operations(), i % 2 == 0, List.of("m"), List.of("d"));
            HttpRequest<Buffer> request = client.request(fuzzed.method(), "/api/v1" + fuzzed.path());
            fuzzed.headers().forEach(request::putHeader);
            HttpResponse<Buffer> answer =
                    await(fuzzed.body() == null ? request.send() : request.sendBuffer(fuzzed.body()));
            if (!fuzzed.role().equals("none")) {
                assertThat(answer.statusCode()).as(fuzzed.toString()).isIn(400, 401, 404);
                assertThat(answer.getHeader("content-type")).isEqualTo("application/problem+json");
            }
        }
        assertThat(reached).containsOnly("getSession");
    }

    @Test
    void anOperationThatNobodyCarriesOutStopsTheStart() {
        Map<String, Operation> missing = all();
        missing.remove("listDevices");
        assertThatThrownBy(() -> serve(missing)).hasMessageContaining("listDevices");
    }

    @Test
    void anOperationThatTheDocumentDoesNotKnowStopsTheStart() {
        Map<String, Operation> more = all();
        more.put("launchRocket", call -> Future.succeededFuture(Answer.empty(204)));
        assertThatThrownBy(() -> serve(more)).hasMessageContaining("launchRocket");
    }

    @Test
    void anOperationWithoutARoleStopsTheStart() {
        JsonObject document = new JsonObject(DOCUMENT.json().encode());
        document.getJsonObject("paths")
                .getJsonObject("/worker")
                .getJsonObject("get")
                .remove("x-drover-role");
        assertThatThrownBy(() -> serve(all(), new ApiDocument("", document))).hasMessageContaining("getWorker");
    }

    private Map<String, Operation> all() {
        Map<String, Operation> all = new HashMap<>();
        operations()
                .forEach(operation -> all.put(operation.id(), call -> {
                    reached.add(operation.id());
                    return Future.succeededFuture(Answer.ok(new JsonObject()));
                }));
        return all;
    }

    private WebClient serve(Map<String, Operation> operations) throws Exception {
        return serve(operations, DOCUMENT);
    }

    private WebClient serve(Map<String, Operation> operations, ApiDocument document) throws Exception {
        Gatekeeper gatekeeper = new Gatekeeper() {
            @Override
            public void mount(Router root) {}

            @Override
            public Handler<RoutingContext> identify() {
                return call -> {
                    if (caller != null) {
                        caller.putInto(call);
                    }
                    call.next();
                };
            }

            @Override
            public JsonObject session(RoutingContext call) {
                return new JsonObject();
            }
        };
        RateLimit limit = new RateLimit(new Rate(100_000, Duration.ofSeconds(1)));
        Router routes = await(
                new ApiRouter(vertx, gatekeeper, limit, operations, new Idempotency(null), 10_000).build(document));
        Router root = Router.router(vertx);
        root.route("/api/v1/*").subRouter(routes);
        ProblemHandler.standIn(root);
        ProblemHandler.standIn(routes);
        HttpServer server = await(vertx.createHttpServer().requestHandler(root).listen(0, "127.0.0.1"));
        return WebClient.create(
                vertx,
                new io.vertx.ext.web.client.WebClientOptions()
                        .setDefaultHost("127.0.0.1")
                        .setDefaultPort(server.actualPort()));
    }

    private static HttpResponse<Buffer> ask(WebClient client, Asked operation) throws Exception {
        String path = operation
                .path()
                .replace("{migration}", "m")
                .replace("{device}", "d")
                .replace("{application}", "a");
        return await(client.request(operation.method(), "/api/v1" + path).send());
    }

    private static List<Asked> operations() {
        List<Asked> operations = new ArrayList<>();
        JsonObject paths = DOCUMENT.json().getJsonObject("paths");
        for (String path : paths.fieldNames()) {
            JsonObject methods = paths.getJsonObject(path);
            for (String method : methods.fieldNames().stream()
                    .filter(Set.of("get", "put", "post", "delete")::contains)
                    .collect(Collectors.toList())) {
                JsonObject operation = methods.getJsonObject(method);
                operations.add(new Asked(
                        operation.getString("operationId"),
                        HttpMethod.valueOf(method.toUpperCase(java.util.Locale.ROOT)),
                        path,
                        operation.getString("x-drover-role")));
            }
        }
        assertThat(operations).extracting(Asked::role).isSubsetOf(roles());
        return operations;
    }

    private static List<String> roles() {
        List<String> roles =
                new ArrayList<>(Arrays.stream(Role.values()).map(Role::text).toList());
        roles.add("none");
        return roles;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
