package io.drover.simulator.fleet.sdk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many devices of Microsoft's clients one process can hold.
 *
 * @param threads most threads this process may have, as far as the operating system tells; Long.MAX_VALUE when it does not
 */
public record SdkCapacity(long threads) {
    /** Beyond this number a client's threads and sleeps cost more than the rehearsal is worth. */
    public static final int MOST_DEVICES = 500;

    private static final int THREADS_EACH = 9;
    private static final int THREADS_BESIDE = SdkEngine.WORKERS + 100;
    private static final int LONGEST_FILE = 16_384;
    private static final Pattern MAX_PROCESSES = Pattern.compile("(?m)^Max processes\\s+(\\d+)");
    private static final List<Path> LIMITS = List.of(
            Path.of("/proc/sys/kernel/pid_max"),
            Path.of("/proc/sys/kernel/threads-max"),
            Path.of("/sys/fs/cgroup/pids.max"),
            Path.of("/sys/fs/cgroup/pids/pids.max"));

    /** Reads the limits of Linux where there are any; reads files, once, at start. */
    public static SdkCapacity ofThisMachine() {
        long least = Long.MAX_VALUE;
        for (Path limit : LIMITS) {
            String text = read(limit).strip();
            if (text.matches("\\d{1,18}")) {
                least = Math.min(least, Long.parseLong(text));
            }
        }
        Matcher own = MAX_PROCESSES.matcher(read(Path.of("/proc/self/limits")));
        return new SdkCapacity(own.find() ? Math.min(least, Long.parseLong(own.group(1))) : least);
    }

    /** What to tell who asked for so many devices in one process; empty when they fit. */
    public Optional<String> refusal(int devices) {
        if (devices == 0) {
            return Optional.empty();
        }
        // Half of what the machine allows is left to everything else on it.
        long fitting = Math.max(0, Math.min(MOST_DEVICES, (threads / 2 - THREADS_BESIDE) / THREADS_EACH));
        if (devices <= fitting) {
            return Optional.empty();
        }
        return Optional.of(
                "the scenario has " + devices + " devices of the engine azure-sdk, but one process holds "
                        + fitting + " (about " + THREADS_EACH + " threads each" + limitText()
                        + "); give their groups less weight, make them lean, or run several fleets, each with its --from and --to");
    }

    private String limitText() {
        return threads == Long.MAX_VALUE ? "" : "; this machine allows " + threads + " threads";
    }

    /** In one read: the kernel's files under /proc/sys end at the second, and the JDK's readers of whole files begin with one byte. */
    private static String read(Path file) {
        byte[] text = new byte[LONGEST_FILE];
        try (InputStream in = Files.newInputStream(file)) {
            int length = in.read(text);
            return length < 0 ? "" : new String(text, 0, length, StandardCharsets.US_ASCII);
        } catch (IOException absent) {
            return "";
        }
    }
}
