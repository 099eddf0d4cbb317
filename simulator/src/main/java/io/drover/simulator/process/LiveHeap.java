package io.drover.simulator.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** What a Java process of this machine keeps alive in its heap, as {@code jcmd}, which is part of a JDK, tells it. Methods block. */
public final class LiveHeap {
    private static final Path JCMD = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    private static final long DEADLINE_SECONDS = 60;
    private static final String TOTAL = "Total";

    private LiveHeap() {}

    /** Whether this Java has the tool. */
    public static boolean canBeMeasured() {
        return Files.isExecutable(JCMD);
    }

    /**
     * Bytes of the objects that a full collection leaves; the collection is made now, and stops the process for its time.
     *
     * @throws ChildProcessException when the process does not answer
     */
    public static long bytesAfterFullCollection(long pid) {
        ProcessBuilder builder =
                new ProcessBuilder(JCMD.toString(), Long.toString(pid), "GC.class_histogram").redirectErrorStream(true);
        String last = "nothing";
        try {
            Process jcmd = builder.start();
            try (BufferedReader lines = jcmd.inputReader(StandardCharsets.UTF_8)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    last = line.isBlank() ? last : line.strip();
                }
            }
            if (!jcmd.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                jcmd.destroyForcibly();
            }
        } catch (IOException failed) {
            throw new ChildProcessException("The heap of process " + pid + " cannot be measured: " + failed, failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new ChildProcessException("Interrupted while the heap of process " + pid + " was measured", stopped);
        }
        // "Total       1234567      89012345": objects, then bytes.
        String[] words = last.split("\\s+", -1);
        if (words.length != 3 || !words[0].equals(TOTAL)) {
            throw new ChildProcessException("The heap of process " + pid + " cannot be measured: " + last);
        }
        return Long.parseLong(words[2]);
    }
}
