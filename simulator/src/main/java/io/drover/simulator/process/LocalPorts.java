package io.drover.simulator.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** The TCP ports of this machine: those that outgoing connections are given by themselves, and free ones to listen on. */
public final class LocalPorts {
    private static final Path RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final Outgoing DOCUMENTED = new Outgoing(32_768, 60_999);
    private static final int LOWEST = 10_240;
    private static final int TRIES = 1_000;
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    /** The range that outgoing connections are given ports of, both ends included (net.ipv4.ip_local_port_range). */
    public record Outgoing(int first, int last) {
        /** How many there are. */
        public int count() {
            return last - first + 1;
        }

        private boolean has(int port) {
            return port >= first && port <= last;
        }
    }

    private LocalPorts() {}

    /** As this machine has set it; the documented default where that cannot be read. */
    public static Outgoing outgoing() {
        try {
            String[] range = Files.readString(RANGE).strip().split("\\s+", -1);
            return new Outgoing(Integer.parseInt(range[0]), Integer.parseInt(range[1]));
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException unknown) {
            return DOCUMENTED;
        }
    }

    /**
     * A port of loopback that a program may listen on a while later: nobody listens on it now, no outgoing connection is given it
     * meanwhile unless the system leaves no other, and this process is not given it twice. Throws an IOException for a person when
     * there is none.
     */
    public static int free() throws IOException {
        return free(outgoing());
    }

    static int free(Outgoing outgoing) throws IOException {
        for (int tried = 0; tried < TRIES; tried++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, 65_536);
            boolean wanted = !outgoing.has(port) || tried > TRIES / 2;
            if (wanted && isFree(port) && GIVEN.add(port)) {
                return port;
            }
        }
        throw new IOException("no port of 127.0.0.1 from " + LOWEST + " on is free");
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(false);
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
