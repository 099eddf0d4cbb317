package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code worker.jar serve} in a folder with a configuration file. Methods block. */
final class ServingWorker {
    private static final Pattern ADDRESS = Pattern.compile("API: (https?)://[^:/]+:(\\d+)/");
    private static final long SECONDS = 60;

    private final Path folder;
    private final Process process;
    private final int port;

    private ServingWorker(Path folder, Process process, int port) {
        this.folder = folder;
        this.process = process;
        this.port = port;
    }

    /** Waits until it says where it listens. */
    static ServingWorker start(Path folder, Map<String, String> environment) throws Exception {
        Process process = new WorkerProgram(folder).start(environment, "serve", "--config", "drover.yaml");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (true) {
            Matcher said = ADDRESS.matcher(output(folder));
            if (said.find()) {
                return new ServingWorker(folder, process, Integer.parseInt(said.group(2)));
            }
            assertThat(process.isAlive() && System.nanoTime() < deadline)
                    .as(output(folder))
                    .isTrue();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    int port() {
        return port;
    }

    /** All it has written so far, to both ends. */
    String output() throws IOException {
        return output(folder);
    }

    void stop() throws Exception {
        process.destroy();
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    private static String output(Path folder) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String name : new String[] {"out.txt", "err.txt"}) {
            Path file = folder.resolve(name);
            if (Files.exists(file)) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }
}
