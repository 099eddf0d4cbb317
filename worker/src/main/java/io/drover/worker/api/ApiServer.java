package io.drover.worker.api;

import io.drover.worker.WorkerConfig.Api;
import io.drover.worker.auth.Gatekeeper;
import io.drover.worker.web.ProblemException;
import io.drover.worker.web.ProblemHandler;
import io.drover.worker.web.RateLimit;
import io.drover.worker.web.SecurityHeaders;
import io.drover.worker.web.ServerTls;
import io.drover.worker.web.WellFormed;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.StaticHandler;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Serves the API under {@code /api/v1}, its document at {@code /api/openapi.yaml} and {@code .json}, and a page to browse it at
 * {@code /api/docs/}. Confined to one event loop.
 */
public final class ApiServer {
    private static final String LIBRARY = "META-INF/resources/webjars/swagger-ui/5.34.1";
    private static final String DOCS = "io/drover/worker/api/docs";
    /** The library writes styles into its elements. */
    private static final String DOCS_POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
            + " img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";

    private static final int IDLE_SECONDS = 60;
    private static final int STOP_SECONDS = 5;

    private final Vertx vertx;
    private final Api api;
    private final Gatekeeper gatekeeper;
    private final ApiDocument document;
    private final Map<String, Operation> operations = new HashMap<>();
    private final Idempotency idempotency;
    private final EventOperations events;
    private final CleanupOperations cleanups;
    private final Consumer<Router> pages;
    private final ServerTls tls;
    private HttpServer server;

    /** @param pages mounts what is served beside the API, after all of it */
    public ApiServer(Serving serving, Api api, Gatekeeper gatekeeper, ApiDocument document, Consumer<Router> pages) {
        this.vertx = serving.vertx();
        this.api = api;
        this.gatekeeper = gatekeeper;
        this.document = document;
        this.pages = pages;
        this.tls = api.tls() == null ? null : new ServerTls(vertx, api.tls(), "api.tls");
        this.idempotency = new Idempotency(serving.ledger().answers());
        MigrationViews views = new MigrationViews(serving);
        MigrationJson json = new MigrationJson(serving);
        MigrationDetail detail = new MigrationDetail(serving, views, json);
        MigrationOperations migrations = new MigrationOperations(serving, views, json, detail);
        PlanOperations plans = new PlanOperations(serving, views);
        this.events = new EventOperations(
                serving, views, json, detail, plans, api.limits().listeners());
        this.cleanups = new CleanupOperations(serving, views);
        new WorkerOperations(serving, gatekeeper).addTo(operations);
        new EstateOperations(serving).addTo(operations);
        migrations.addTo(operations);
        new DraftOperations(serving, views, migrations).addTo(operations);
        plans.addTo(operations);
        new ApplyOperations(serving, views).addTo(operations);
        new VerbOperations(serving, views).addTo(operations);
        cleanups.addTo(operations);
        new DeviceOperations(serving, views, detail).addTo(operations);
        operations.put("getReport", new ReportOperation(serving, views));
        new AuditOperations(serving).addTo(operations);
        events.addTo(operations);
    }

    /**
     * Listens; completes with the port. Fails with one clear message when the port is taken, and with IllegalStateException
     * when an operation of the document has no role or nobody to carry it out.
     */
    public Future<Integer> start() {
        RateLimit limit = new RateLimit(api.limits().requests());
        ApiRouter router = new ApiRouter(
                vertx, gatekeeper, limit, operations, idempotency, api.limits().body());
        return cleanups.abandon()
                .compose(done -> router.build(document))
                .compose(routes -> options().compose(options -> listen(options, root(routes, limit))));
    }

    private Router root(Router routes, RateLimit limit) {
        Router root = Router.router(vertx);
        boolean https =
                api.tls() != null || (api.publicUrl() != null && api.publicUrl().startsWith("https://"));
        String authority = api.signIn() == null ? null : origin(api.signIn().authority());
        root.route().handler(new SecurityHeaders(https, authority));
        root.route().handler(new WellFormed());
        root.route().handler(limit.refused());
        gatekeeper.mount(root);
        document(root);
        root.route("/api/v1/*").subRouter(routes);
        pages.accept(root);
        root.route()
                .handler(call -> call.fail(new ProblemException(
                        404, "not-found", "Not found", "There is nothing at this path. See /api/docs/.")));
        root.route().failureHandler(new ProblemHandler());
        ProblemHandler.standIn(root);
        ProblemHandler.standIn(routes);
        return root;
    }

    private static String origin(String url) {
        int path = url.indexOf('/', "https://".length());
        return path < 0 ? url : url.substring(0, path);
    }

    private void document(Router root) {
        String json = document.json().encodePrettily();
        root.get("/api/openapi.yaml").handler(call -> text(call, "application/yaml", document.yaml()));
        root.get("/api/openapi.json").handler(call -> text(call, "application/json", json));
        root.getWithRegex("/api/docs").handler(call -> call.redirect("/api/docs/"));
        root.get("/api/docs/*").handler(call -> {
            call.response().putHeader("content-security-policy", DOCS_POLICY);
            call.next();
        });
        root.get("/api/docs/lib/*").handler(StaticHandler.create(LIBRARY));
        root.get("/api/docs/*").handler(StaticHandler.create(DOCS));
    }

    private static void text(RoutingContext call, String mediaType, String text) {
        call.response().putHeader(HttpHeaders.CONTENT_TYPE, mediaType).end(text);
    }

    private Future<HttpServerOptions> options() {
        HttpServerOptions options = new HttpServerOptions()
                .setIdleTimeout(IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setMaxInitialLineLength(8192)
                .setMaxHeaderSize(16_384);
        return tls == null
                ? Future.succeededFuture(options)
                : tls.load().map(key -> options.setSsl(true).setKeyCertOptions(key));
    }

    private Future<Integer> listen(HttpServerOptions options, Router root) {
        server = vertx.createHttpServer(options)
                .requestHandler(root)
                .invalidRequestHandler(request -> request.response()
                        .setStatusCode(400)
                        .putHeader(HttpHeaders.CONTENT_TYPE, ProblemHandler.MEDIA_TYPE)
                        .putHeader(HttpHeaders.CONNECTION, "close")
                        .end(ProblemHandler.problem(null, 400).json().encode()));
        return server.listen(api.port(), api.host())
                .onSuccess(listening -> {
                    if (tls != null) {
                        tls.follow(server, ServerTls.LOOK);
                    }
                })
                .map(HttpServer::actualPort)
                .recover(cause -> Future.failedFuture(new IllegalStateException(
                        "Cannot listen on " + api.host() + ":" + api.port() + " (" + cause.getMessage()
                                + "). Stop what uses the port, or set api.port to a free one or 0.",
                        cause)));
    }

    /** Ends the streams, lets requests under way end, and listens no more. */
    public Future<Void> stop() {
        events.close();
        return server == null ? Future.succeededFuture() : server.shutdown(STOP_SECONDS, TimeUnit.SECONDS);
    }
}
