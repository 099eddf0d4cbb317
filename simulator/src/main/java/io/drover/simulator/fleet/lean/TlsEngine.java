package io.drover.simulator.fleet.lean;

import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.SSLEngineOptions;

/**
 * The TLS code the fleet runs on. BoringSSL handshakes several times faster than the JDK (measure with
 * {@code TlsEngineBenchmark}), so it is taken whenever its native library loads on this machine.
 */
public enum TlsEngine {
    /** BoringSSL through netty-tcnative. */
    OPENSSL,
    /** The JDK's own engine, everywhere available. */
    JDK;

    /** The fastest engine that works here. */
    public static TlsEngine fastest() {
        return OpenSSLEngineOptions.isAvailable() ? OPENSSL : JDK;
    }

    /** Options for a Vert.x client or server. */
    public SSLEngineOptions options() {
        return switch (this) {
            case OPENSSL -> new OpenSSLEngineOptions().setSessionCacheEnabled(false);
            case JDK -> new JdkSSLEngineOptions();
        };
    }
}
