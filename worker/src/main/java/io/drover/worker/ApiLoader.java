package io.drover.worker;

import io.drover.worker.WorkerConfig.Api;
import io.drover.worker.WorkerConfig.ApiLimits;
import io.drover.worker.WorkerConfig.ApiSignIn;
import io.drover.worker.WorkerConfig.Rate;
import io.drover.worker.WorkerConfig.Tls;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code api}: where the API and the web pages are served, to whom, and how much of it. Blocks on the file system. */
final class ApiLoader {
    private static final int PORT = 8090;
    private static final Rate REQUESTS = new Rate(50, Duration.ofSeconds(1));
    private static final Pattern SIZE = Pattern.compile("([1-9]\\d{0,5})(KiB|MiB)");
    private static final long LEAST_BODY = 16L * 1024;
    private static final long MOST_BODY = 64L * 1024 * 1024;
    /** A tenant of one's own is what tells one's people from all others. */
    private static final Set<String> ANYBODY = Set.of("common", "organizations", "consumers");

    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|127(\\.\\d{1,3}){3}|::1|\\[::1]", Pattern.CASE_INSENSITIVE);
    private static final Pattern ORIGIN = Pattern.compile("(https?)://([^/?#@\\s:\\[\\]]+|\\[::1])(:\\d{1,5})?");

    private final SecretReader secrets;
    private final String authority;

    /** @param authority what people sign in with unless another is given */
    ApiLoader(SecretReader secrets, String authority) {
        this.secrets = secrets;
        this.authority = authority;
    }

    /** What serve does without the section: on loopback, and nobody signs in. */
    static Api local() {
        return new Api("127.0.0.1", PORT, null, null, null, new ApiLimits(REQUESTS, 1024 * 1024, 1000), 4);
    }

    /** Null when the section is absent. */
    Api read(ConfigSection root) {
        ConfigSection api = root.section("api");
        if (!root.has("api")) {
            return null;
        }
        String host = api.text("host", "127.0.0.1");
        Tls tls = new TlsLoader(secrets).read(api);
        Api read = new Api(
                host,
                api.integer("port", PORT, 0, 65_535),
                publicUrl(api, tls),
                tls,
                api.has("signIn") ? signIn(api.section("signIn")) : null,
                limits(api.section("limits")),
                api.integer("running", 4, 1, 64));
        api.known("signIn");
        if (!isLoopback(host)) {
            guard(api, read);
        }
        api.end();
        return read;
    }

    static boolean isLoopback(String host) {
        return LOOPBACK.matcher(host).matches();
    }

    /** What listens for others than this machine must know who asks, and nobody on the way may listen in. */
    private static void guard(ConfigSection api, Api read) {
        if (read.signIn() == null) {
            api.problem(
                    "host",
                    "'" + read.host() + "' can be reached from other machines, and nobody would have to sign in.",
                    "Add api.signIn, or write 127.0.0.1.");
        } else if (read.publicUrl() == null) {
            api.problem(
                    "publicUrl",
                    "is missing, and '" + read.host() + "' does not tell what browsers reach.",
                    "Write https:// and the name that people type, such as https://drover.example.com.");
        } else if (read.tls() == null && !read.publicUrl().startsWith("https://")) {
            api.problem(
                    "host",
                    "'" + read.host() + "' can be reached from other machines without encryption.",
                    "Add api.tls, or write the https address of the proxy that ends TLS as api.publicUrl.");
        }
    }

    private static String publicUrl(ConfigSection api, Tls tls) {
        String text = api.text("publicUrl", null);
        if (text == null) {
            return null;
        }
        String url = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        Matcher matcher = ORIGIN.matcher(url);
        if (!matcher.matches()) {
            api.problem(
                    "publicUrl",
                    "'" + text + "' is not the address of a server.",
                    "Write https://, a host name and, unless it is 443, a port; no path.");
        } else if (matcher.group(1).equals("http") && !isLoopback(matcher.group(2))) {
            api.problem(
                    "publicUrl",
                    "'" + text + "' would send sessions over the network without encryption.",
                    "Write https://; http:// is for localhost only.");
        } else if (matcher.group(1).equals("http") && tls != null) {
            api.problem("publicUrl", "'" + text + "' is not reached, as api.tls is there.", "Write https://.");
        }
        return url;
    }

    private ApiSignIn signIn(ConfigSection signIn) {
        String tenant = signIn.required("tenant", "Write the directory (tenant) id.");
        if (ANYBODY.contains(tenant)) {
            signIn.problem(
                    "tenant", "'" + tenant + "' would let other directories in.", "Write the directory (tenant) id.");
        } else if (!tenant.matches("[A-Za-z0-9.-]*")) {
            signIn.problem("tenant", "'" + tenant + "' is not a directory.", "Write the directory (tenant) id.");
        }
        String clientId =
                signIn.required("clientId", "Write the application (client) id of the API's app registration.");
        ApiSignIn read = new ApiSignIn(
                tenant,
                clientId,
                secrets.secret(signIn, "clientSecret", "DROVER_SIGN_IN_SECRET"),
                WorkerConfigLoader.url(signIn, "authority", authority),
                signIn.text("audience", "api://" + clientId));
        signIn.end();
        return read;
    }

    private static ApiLimits limits(ConfigSection limits) {
        ApiLimits read = new ApiLimits(
                WorkerConfigLoader.rate(limits, "requests", REQUESTS),
                body(limits),
                limits.integer("listeners", 1000, 1, 10_000));
        limits.end();
        return read;
    }

    private static int body(ConfigSection limits) {
        String text = limits.text("body", "1MiB");
        Matcher matcher = SIZE.matcher(text);
        if (matcher.matches()) {
            long size = Long.parseLong(matcher.group(1)) * (matcher.group(2).equals("KiB") ? 1024 : 1024 * 1024);
            if (size >= LEAST_BODY && size <= MOST_BODY) {
                return Math.toIntExact(size);
            }
        }
        limits.problem("body", "'" + text + "' is out of range.", "Write a size from 16KiB to 64MiB.");
        return 1024 * 1024;
    }
}
