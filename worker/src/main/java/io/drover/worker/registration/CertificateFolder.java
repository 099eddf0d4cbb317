package io.drover.worker.registration;

import io.drover.worker.azure.x509.Certificates;
import io.vertx.core.Future;
import io.vertx.core.file.FileSystem;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Certificates of devices that their owner put into a folder, {@code <device id>.pem} with one or two for each device. */
final class CertificateFolder {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateFolder.class);

    private final FileSystem files;
    private final Path folder;

    /** {@code folder} is null where there is none. */
    CertificateFolder(FileSystem files, Path folder) {
        this.files = files;
        this.folder = folder;
    }

    /** A device's certificates; empty when there is no file, or none that can be read. */
    Future<List<X509Certificate>> of(String deviceId) {
        String name = deviceId + ".pem";
        if (folder == null
                || !folder.resolve(name).normalize().equals(folder.normalize().resolve(name))) {
            return Future.succeededFuture(List.of());
        }
        String path = folder.resolve(name).toString();
        return files.exists(path)
                .compose(exists -> exists
                        ? files.readFile(path).map(content -> Certificates.read(content.toString()))
                        : Future.succeededFuture(List.<X509Certificate>of()))
                .recover(unreadable -> {
                    LOG.warn("{} cannot be used: {}", path, unreadable.getMessage());
                    return Future.succeededFuture(List.of());
                });
    }
}
