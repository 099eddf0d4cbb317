package io.drover.simulator.tls;

import io.netty.handler.ssl.OpenSsl;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.SSLEngineOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS code that the emulated cloud and the fleet run on. A BoringSSL handshake takes about a third of the JDK's processor
 * time (measure with {@code simulator.jar bench tls}), so it is taken whenever its native library loads on this machine.
 */
public enum TlsEngine {
    /** BoringSSL through netty-tcnative. */
    OPENSSL,
    /** The JDK's own engine, everywhere available. */
    JDK;

    private static final Logger LOG = LoggerFactory.getLogger(TlsEngine.class);

    /** The fastest engine that works here; the log says which, as a warning when it is the slow one. */
    public static TlsEngine fastest() {
        if (OPENSSL.isAvailable()) {
            LOG.info("TLS engine: {}", OPENSSL.version());
            return OPENSSL;
        }
        LOG.warn(
                "TLS engine: {}, which takes about three times the processor time; the native one cannot be used: {}",
                JDK.version(),
                unavailability());
        return JDK;
    }

    /** Whether this engine works in this process. */
    public boolean isAvailable() {
        return this == JDK || OpenSSLEngineOptions.isAvailable();
    }

    /** Name and version, for a person. */
    public String version() {
        return switch (this) {
            case OPENSSL -> OpenSsl.versionString() + " (native)";
            case JDK -> "JDK " + Runtime.version();
        };
    }

    /** Why the native engine cannot be used, for a person; null when it can. */
    public static String unavailability() {
        Throwable cause = OpenSsl.unavailabilityCause();
        if (cause == null) {
            return null;
        }
        return cause.getMessage() == null
                ? cause.toString()
                : cause.getMessage().lines().findFirst().orElse("");
    }

    /** Options for a Vert.x client or server. The native engine keeps no sessions: with them a fleet would measure resumptions. */
    public SSLEngineOptions options() {
        return switch (this) {
            case OPENSSL -> new OpenSSLEngineOptions().setSessionCacheEnabled(false);
            case JDK -> new JdkSSLEngineOptions();
        };
    }
}
