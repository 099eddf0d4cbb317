package io.drover.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** Reads what a configuration file only refers to: secrets, other files, variables of the environment. */
final class SecretReader {
    private final Path file;
    private final UnaryOperator<String> environment;

    SecretReader(Path file, UnaryOperator<String> environment) {
        this.file = file;
        this.environment = environment;
    }

    /** The secret that a section's key refers to by variable or file; a mistake is reported and stands for an empty one. */
    Secret secret(ConfigSection parent, String key, String variableName) {
        String remedy = "Write { env: " + variableName + " } or { file: path } and keep the secret there.";
        if (parent.isScalar(key)) {
            parent.text(key, "");
            parent.problem(key, "holds a secret in plain text.", remedy);
            return new Secret("");
        }
        if (!parent.has(key)) {
            parent.required(key, remedy);
            return new Secret("");
        }
        ConfigSection source = parent.section(key);
        String variable = source.text("env", null);
        String path = source.text("file", null);
        source.end();
        if ((variable == null) == (path == null)) {
            parent.problem(key, "needs exactly one of env and file.", remedy);
            return new Secret("");
        }
        String value = variable != null ? environment.apply(variable) : content(path);
        if (value == null || value.isBlank()) {
            String place = variable != null ? "environment variable " + variable : "file " + path;
            parent.problem(key, "finds nothing in " + place + ".", "Put the secret there before starting.");
            return new Secret("");
        }
        return new Secret(value.strip());
    }

    /** A path of the configuration, seen from the file that it stands in. */
    Path path(String text) {
        return file.toAbsolutePath().resolveSibling(text);
    }

    /** A variable of the environment; null when it is empty or not there. */
    String variable(String name) {
        String value = environment.apply(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    private String content(String path) {
        try {
            return Files.readString(path(path));
        } catch (IOException unreadable) {
            return null;
        }
    }
}
