package io.drover.worker;

import io.drover.worker.WorkerConfig.Tls;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a server's {@code tls}. Blocks on the file system. */
final class TlsLoader {
    private final SecretReader files;

    TlsLoader(SecretReader files) {
        this.files = files;
    }

    /** Null when the server has none. */
    Tls read(ConfigSection server) {
        ConfigSection tls = server.section("tls");
        if (!server.has("tls")) {
            return null;
        }
        Tls read = new Tls(
                pem(tls, "certificate", "Write the path of a PEM file with the server's certificate chain."),
                pem(tls, "key", "Write the path of a PEM file with the certificate's private key."));
        tls.end();
        return read;
    }

    private Path pem(ConfigSection tls, String key, String remedy) {
        String text = tls.required(key, remedy);
        Path path = files.path(text);
        if (!text.isEmpty() && !Files.isReadable(path)) {
            tls.problem(key, "there is no readable file " + path + ".", remedy);
        }
        return path;
    }
}
