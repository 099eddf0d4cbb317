package io.drover.simulator.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** What a process of this machine takes, from {@code /proc}; on other systems than Linux the memory is not known. */
public final class ProcessUsage {
    private static final long KIBIBYTE = 1024;

    private ProcessUsage() {}

    /** Resident memory now in bytes (VmRSS); -1 when it is not known. */
    public static long residentBytes(long pid) {
        return kibibytes(pid, "VmRSS:") * KIBIBYTE;
    }

    /** Processor time so far, user and system; zero when it is not known. */
    public static Duration cpu(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElse(Duration.ZERO);
    }

    private static long kibibytes(long pid, String field) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                    .filter(line -> line.startsWith(field))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                    .findFirst()
                    .orElse(-1);
        } catch (IOException unknown) {
            return -1;
        }
    }
}
