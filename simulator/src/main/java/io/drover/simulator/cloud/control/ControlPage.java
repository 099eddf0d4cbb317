package io.drover.simulator.cloud.control;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The page at the control port: what is emulated and its state, for a person. Loads nothing from elsewhere. */
public final class ControlPage {
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /** Adds the routes; reads the page from the class path. */
    public void mount(Router router) {
        serve(router, "/", "index.html", "text/html; charset=utf-8");
        serve(router, "/page.css", "page.css", "text/css; charset=utf-8");
        serve(router, "/page.js", "page.js", "text/javascript; charset=utf-8");
    }

    private static void serve(Router router, String path, String file, String type) {
        Buffer content = read(file);
        router.get(path)
                .handler(context -> context.response()
                        .putHeader("content-type", type)
                        .putHeader("content-security-policy", POLICY)
                        .putHeader("x-content-type-options", "nosniff")
                        .putHeader("cache-control", "no-cache")
                        .end(content));
    }

    private static Buffer read(String file) {
        try (InputStream content = ControlPage.class.getResourceAsStream("/control/" + file)) {
            if (content == null) {
                throw new IllegalStateException("The packaged page lacks " + file);
            }
            return Buffer.buffer(content.readAllBytes());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
