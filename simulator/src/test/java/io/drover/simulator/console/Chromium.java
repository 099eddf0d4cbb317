package io.drover.simulator.console;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** The browser of this machine: {@code -Ddrover.chromium}, one on the PATH, or Debian's. */
final class Chromium {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final String REQUIRED = "DROVER_REQUIRE_CHROMIUM";

    private Chromium() {}

    /** Where it is. Without one the test is skipped and says so in a line, or fails where a browser is demanded. */
    static Path executable() {
        Optional<Path> found = find();
        if (found.isEmpty()) {
            String text =
                    "No Chromium was found, so the console is not tested in a browser: install one, or name it with"
                            + " -Ddrover.chromium=PATH.";
            if ("1".equals(System.getenv(REQUIRED))) {
                throw new AssertionError(text + " It is demanded by " + REQUIRED + "=1.");
            }
            System.err.println(text);
            Assumptions.abort(text);
        }
        return found.orElseThrow();
    }

    private static Optional<Path> find() {
        String named = System.getProperty("drover.chromium", "");
        if (!named.isEmpty()) {
            return Optional.of(Path.of(named)).filter(Files::isExecutable);
        }
        List<Path> places = new ArrayList<>();
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .forEach(folder -> NAMES.forEach(name -> places.add(Path.of(folder, name))));
        places.add(Path.of("/usr/bin/chromium"));
        return places.stream().filter(Files::isExecutable).findFirst();
    }
}
