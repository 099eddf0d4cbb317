package io.drover.simulator.rehearsal;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A fleet at its source in a whole emulated cloud, and the worker's jar serving API and console beside it. Methods block. */
public final class ServedFleet implements AutoCloseable {
    private static final Pattern ADDRESS = Pattern.compile("https?://127\\.0\\.0\\.1:\\d+");
    private static final long SECONDS = 60;
    private static final long LAST_SECONDS = 20;

    private final StagedFleet fleet;
    private final Process worker;
    private final String address;

    /** @param scenario its section {@code worker} may change the worker's configuration */
    public ServedFleet(Path folder, String scenario) throws Exception {
        this.fleet = new StagedFleet(Direction.CENTRAL_TO_HUB, scenario, folder.resolve("cloud"));
        fleet.start();
        Path home = Files.createDirectories(folder.resolve("worker"));
        this.worker = fleet.startWorker(home, "serve");
        this.address = address(home);
    }

    /** Where the console is, without a path. */
    public String address() {
        return address;
    }

    /** Where the cloud's services answer, told apart by their names. */
    public int httpsPort() {
        return fleet.httpsPort();
    }

    /** The ids of a group of the scenario. */
    public String[] devicesOf(String group) {
        return fleet.devicesOf(group);
    }

    private String address(Path home) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (System.nanoTime() < end && worker.isAlive()) {
            Matcher said = ADDRESS.matcher(Files.readString(home.resolve("out.txt"), StandardCharsets.UTF_8));
            if (said.find()) {
                return said.group();
            }
            worker.waitFor(50, TimeUnit.MILLISECONDS);
        }
        throw new AssertionError("The worker does not serve: " + Files.readString(home.resolve("out.txt"))
                + Files.readString(home.resolve("err.txt")));
    }

    @Override
    public void close() {
        worker.destroy();
        worker.onExit()
                .orTimeout(LAST_SECONDS, TimeUnit.SECONDS)
                .exceptionally(late -> worker.destroyForcibly())
                .join();
        fleet.close();
    }
}
