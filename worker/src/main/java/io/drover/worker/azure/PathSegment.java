package io.drover.worker.azure;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** One path segment of an Azure URI. Device ids may hold any of {@code %#?*$@}, so every segment goes through here. */
public final class PathSegment {
    private PathSegment() {}

    /** Percent-encodes everything but RFC 3986 unreserved characters, including the slash. */
    public static String encode(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }
}
