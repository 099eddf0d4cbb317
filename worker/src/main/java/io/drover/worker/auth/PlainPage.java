package io.drover.worker.auth;

import io.vertx.ext.web.RoutingContext;

/** A page without scripts or styles, for a browser that cannot be told otherwise. */
final class PlainPage {
    private PlainPage() {}

    /** @param action the text of the link, and where it leads */
    static void answer(RoutingContext call, int status, String title, String text, String action, String path) {
        call.response()
                .setStatusCode(status)
                .putHeader("content-type", "text/html; charset=utf-8")
                .putHeader("cache-control", "no-store")
                .end("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + escaped(title)
                        + " - Drover</title><meta name=\"viewport\" content=\"width=device-width\"></head><body><main><h1>"
                        + escaped(title) + "</h1><p>" + escaped(text) + "</p><p><a href=\"" + escaped(path) + "\">"
                        + escaped(action) + "</a></p></main></body></html>");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
