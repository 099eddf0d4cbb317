package io.drover.simulator.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LocalPortsTest {
    @Test
    void freePortsAreNoneOfOutgoingConnectionsAndEachIsGivenOnce() throws IOException {
        LocalPorts.Outgoing outgoing = new LocalPorts.Outgoing(32_768, 60_999);
        Set<Integer> given = new HashSet<>();
        for (int number = 0; number < 500; number++) {
            int port = LocalPorts.free(outgoing);

            assertThat(port).isGreaterThan(1_023);
            assertThat(port < outgoing.first() || port > outgoing.last())
                    .as("%d", port)
                    .isTrue();
            assertThat(given.add(port)).as("%d", port).isTrue();
        }
    }

    @Test
    void aFreePortCanBeListenedOn() throws IOException {
        int port = LocalPorts.free();

        try (ServerSocket listening = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(listening.getLocalPort()).isEqualTo(port);
        }
    }

    @Test
    void aSystemThatGivesOutgoingConnectionsEveryPortHasOneToListenOnToo() throws IOException {
        assertThat(LocalPorts.free(new LocalPorts.Outgoing(1, 65_535))).isPositive();
    }

    @Test
    void whatTheSystemGivesAnOutgoingConnectionIsWithinTheRange() throws IOException {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(any.getLocalPort())
                    .isBetween(
                            LocalPorts.outgoing().first(), LocalPorts.outgoing().last());
        }
        assertThat(LocalPorts.outgoing().count()).isGreaterThan(1_000);
    }
}
