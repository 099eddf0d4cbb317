package io.drover.worker.ui;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.StaticHandler;
import java.util.List;

/**
 * The operators' console. It is one page that takes all it shows from the API, so the same page answers for every address that
 * belongs to nobody else: links into the console are stable. All else is a file whose address names its version and that
 * browsers may keep for good; nothing comes from another host.
 */
public final class Console {
    private static final String LIBRARIES = "META-INF/resources/_static";
    private static final String WEB_JARS = "META-INF/resources/webjars";
    private static final String POLICY = "Content-Security-Policy";
    private static final String LEAST_POLICY =
            "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
    private static final long A_YEAR_SECONDS = 31_536_000;
    private static final List<String> OTHERS = List.of("/api", "/auth", "/assets", "/hooks", "/health", "/metrics");

    private final ConsoleFiles files;

    private Console(ConsoleFiles files) {
        this.files = files;
    }

    /** Reads the console's files; blocks for as long as that takes. Fails with {@link IllegalStateException} when one is missing in the jar. */
    public static Console load() {
        return new Console(ConsoleFiles.load());
    }

    /** As {@link #load}, for an event loop. */
    public static Future<Console> load(Vertx vertx) {
        return vertx.executeBlocking(Console::load);
    }

    /**
     * Mounts page and files; to be called last, as the page answers every address that no earlier route has. A content policy that
     * is set by then is kept, and only told of the one script within the page.
     */
    public void mount(Router router) {
        router.get("/assets/console/" + files.version() + "/*").handler(kept(ConsoleFiles.ASSETS));
        router.get("/assets/lib/*").handler(kept(LIBRARIES));
        router.get("/assets/webjars/*").handler(kept(WEB_JARS));
        router.get("/favicon.ico").handler(this::favicon);
        router.route().method(HttpMethod.GET).method(HttpMethod.HEAD).handler(this::page);
    }

    private static StaticHandler kept(String root) {
        return StaticHandler.create(root)
                .setMaxAgeSeconds(A_YEAR_SECONDS)
                .setDirectoryListing(false)
                .setIncludeHidden(false)
                .setFilesReadOnly(true);
    }

    private void favicon(RoutingContext call) {
        call.response()
                .setStatusCode(308)
                .putHeader(HttpHeaders.LOCATION, "/assets/console/" + files.version() + "/favicon.svg")
                .end();
    }

    private void page(RoutingContext call) {
        String path = call.normalizedPath();
        if (OTHERS.stream().anyMatch(other -> path.equals(other) || path.startsWith(other + "/"))) {
            call.next();
            return;
        }
        HttpServerResponse answer = call.response();
        String policy = answer.headers().get(POLICY);
        answer.putHeader(HttpHeaders.ETAG, files.etag())
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .putHeader(POLICY, (policy == null ? LEAST_POLICY : policy) + "; script-src " + files.scriptSource());
        if (files.etag().equals(call.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
            answer.setStatusCode(304).end();
        } else {
            answer.putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8")
                    .end(files.page());
        }
    }
}
