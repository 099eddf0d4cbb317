package io.drover.worker;

import io.drover.worker.WorkerConfig.Credentials;
import io.drover.worker.WorkerConfig.SigningCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code migration.credentials}; what stands in the files is looked at by preflight. */
final class CredentialsLoader {
    private static final String A_CERTIFICATE = "Write the path of a PEM file with the certificate of the authority.";
    private static final String A_KEY =
            "Write the path of a PEM file with the authority's private key, or leave it out to prove possession yourself.";

    private final Path config;

    CredentialsLoader(Path config) {
        this.config = config;
    }

    Credentials read(ConfigSection section) {
        Credentials read = new Credentials(
                section.choice("check", Credentials.Check.class, Credentials.Check.ALL),
                signing(section),
                folder(section),
                section.texts("ignoreGroups"),
                section.duration("proofDeadline", Duration.ofHours(1)));
        section.end();
        return read;
    }

    private List<SigningCertificate> signing(ConfigSection section) {
        List<SigningCertificate> all = new ArrayList<>();
        for (ConfigSection one : section.list("signingCertificates")) {
            String group = one.required("group", "Write the id of the source's enrollment group that trusts it.");
            one.required("certificate", A_CERTIFICATE);
            all.add(new SigningCertificate(group, file(one, "certificate", A_CERTIFICATE), file(one, "key", A_KEY)));
            one.end();
        }
        return all;
    }

    private Path file(ConfigSection section, String key, String remedy) {
        String text = section.text(key, null);
        if (text == null) {
            return null;
        }
        Path path = config.toAbsolutePath().resolveSibling(text);
        if (!Files.isReadable(path)) {
            section.problem(key, "there is no readable file " + path + ".", remedy);
        }
        return path;
    }

    private Path folder(ConfigSection section) {
        String text = section.text("deviceCertificates", null);
        Path path = text == null ? null : config.toAbsolutePath().resolveSibling(text);
        if (path != null && !Files.isDirectory(path)) {
            section.problem(
                    "deviceCertificates",
                    "there is no folder " + path + ".",
                    "Write the path of a folder that has a file <device id>.pem for each device with certificates of its own.");
        }
        return path;
    }
}
