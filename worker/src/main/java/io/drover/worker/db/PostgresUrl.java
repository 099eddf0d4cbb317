package io.drover.worker.db;

import java.net.URI;
import java.util.List;
import java.util.Locale;

/**
 * The parts of {@code jdbc:postgresql://host:port/database?sslmode=…}. Traffic is encrypted and the server's name and
 * authority are checked, unless the host is this machine or the URL says {@code sslmode=disable}.
 */
public record PostgresUrl(String host, int port, String database, boolean encrypted) {
    /** What such a URL begins with. */
    public static final String PREFIX = "jdbc:postgresql://";

    private static final int DEFAULT_PORT = 5432;
    private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "[::1]");

    /** Throws IllegalArgumentException that says what is wrong, without the URL's text, which may hold a password. */
    public static PostgresUrl parse(String url) {
        URI uri;
        try {
            uri = URI.create(url.substring("jdbc:".length()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is not a URL", e);
        }
        String database = uri.getPath() == null ? "" : uri.getPath().replaceFirst("^/", "");
        if (uri.getHost() == null || database.isEmpty() || database.contains("/")) {
            throw new IllegalArgumentException("has no host or no database name");
        }
        if (uri.getUserInfo() != null) {
            throw new IllegalArgumentException("names a user; that belongs in ledger.user and ledger.password");
        }
        int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
        return new PostgresUrl(uri.getHost(), port, database, encrypted(uri));
    }

    private static boolean encrypted(URI uri) {
        if (uri.getQuery() == null) {
            return !LOOPBACK.contains(uri.getHost().toLowerCase(Locale.ROOT));
        }
        return switch (uri.getQuery()) {
            case "sslmode=verify-full" -> true;
            case "sslmode=disable" -> false;
            default ->
                throw new IllegalArgumentException("has other parameters than sslmode=verify-full or sslmode=disable");
        };
    }
}
