package io.drover.simulator.process;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/** What the operating system allows one process of connections; looked at before many are opened, so that none fails halfway. */
public final class OpenFiles {
    /** Connections one process is trusted with unless more are allowed and wished: sockets of other kinds and reconnects need room. */
    public static final int CONNECTIONS_PER_PROCESS = 15_000;

    /** Files a process needs beside its devices' connections: jars, listeners, HTTP, what is closing. */
    private static final int BESIDE = 1_000;

    private OpenFiles() {}

    /** How many files this process may have open; Java raises its soft limit to the hard one. */
    public static long limit() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }

    /** How many connections one process of this machine is trusted with, at least one. */
    public static int connectionsPerProcess() {
        return (int) Math.max(1, Math.min(CONNECTIONS_PER_PROCESS, limit() - BESIDE));
    }

    /** How many processes so many connections need, at least one. */
    public static int processesFor(int connections) {
        long each = connectionsPerProcess();
        return (int) Math.max(1, (connections + each - 1) / each);
    }

    /**
     * Why one process cannot have so many connections, for a person; empty when it can.
     *
     * @param advice what to do about it
     */
    public static Optional<String> refusal(int connections, String advice) {
        long limit = limit();
        return connections + BESIDE <= limit
                ? Optional.empty()
                : Optional.of("This process may have " + limit + " open files, too few for " + connections
                        + " connections and " + BESIDE
                        + " files beside them (ulimit -Hn raises it where it may be raised); "
                        + advice);
    }

    /**
     * Why so many connections from one source address to one port cannot be, for a person; empty when they can.
     *
     * @param advice what to do about it
     */
    public static Optional<String> portRefusal(int connections, String advice) {
        int ports = LocalPorts.outgoing().count();
        return connections <= ports
                ? Optional.empty()
                : Optional.of("One source address has " + ports + " ports (net.ipv4.ip_local_port_range), too few for "
                        + connections + " connections; " + advice);
    }
}
