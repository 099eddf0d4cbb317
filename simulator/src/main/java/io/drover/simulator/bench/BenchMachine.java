package io.drover.simulator.bench;

import io.drover.simulator.tls.TlsEngine;
import io.netty.util.Version;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** What a measurement was made on. */
final class BenchMachine {
    private BenchMachine() {}

    /** Machine, versions and the TLS engines that work here. */
    static void describe(PrintWriter out) throws IOException {
        out.printf(
                "machine: %s %s, %d processors%n",
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors());
        out.printf(
                "java %s (%s), netty %s, vert.x %s%n",
                Runtime.version(),
                System.getProperty("java.vm.vendor"),
                netty(),
                resource("/META-INF/vertx/vertx-version.txt"));
        for (TlsEngine engine : TlsEngine.values()) {
            out.printf(
                    "%-8s %s%n",
                    engine.name().toLowerCase(Locale.ROOT),
                    engine.isAvailable() ? engine.version() : "cannot be used: " + TlsEngine.unavailability());
        }
        out.flush();
    }

    /** Netty's jars are of one version but for tcnative; a self-contained jar keeps the record of one of them. */
    private static String netty() {
        return Version.identify().values().stream()
                .filter(jar -> !jar.artifactId().contains("tcnative"))
                .map(Version::artifactVersion)
                .findFirst()
                .orElse("of unknown version");
    }

    private static String resource(String path) throws IOException {
        try (InputStream text = Vertx.class.getResourceAsStream(path)) {
            return text == null
                    ? "of unknown version"
                    : new String(text.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }
}
