package io.drover.simulator.fleet;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Which of this machine's addresses a process connects from to a cloud on the same machine. Linux looks for a free port of a given address
 * among a quarter of the ports first, and goes through all of them for each connection once they are taken, which is some 7,000
 * connections; those that devices have closed count for a minute more.
 */
final class SourceAddresses {
    private static final int EACH = 8;
    private static final int BYTE = 256;

    private SourceAddresses() {}

    /**
     * Half of them for hubs, half for the provisioning service, as {@link io.drover.simulator.fleet.lean.MqttDial} divides them; other
     * processes of this machine have others as long as their ids differ in the lower 16 bits. None where the system decides.
     */
    static List<String> to(InetAddress cloud, long processId) {
        if (!cloud.isLoopbackAddress() || cloud.getAddress().length != 4 || !hasAllLoopbackAddresses()) {
            return List.of();
        }
        long high = processId / BYTE % BYTE;
        long low = processId % BYTE;
        return IntStream.rangeClosed(1, 2 * EACH)
                .mapToObj(net -> "127." + net + "." + high + "." + low)
                .toList();
    }

    /** Linux answers at every address of 127.0.0.0/8; others have 127.0.0.1 alone until told otherwise. */
    private static boolean hasAllLoopbackAddresses() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux");
    }
}
