package io.drover.simulator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ClusterAddressTest {
    @Test
    void namesAndAddressesOfBothKindsAreRead() throws ClusterException {
        assertThat(ClusterAddress.parse("--join", "load-1.example:5701"))
                .isEqualTo(new ClusterAddress("load-1.example", 5701));
        assertThat(ClusterAddress.parse("--join", "[2001:db8::1]:5701"))
                .isEqualTo(new ClusterAddress("2001:db8::1", 5701))
                .hasToString("[2001:db8::1]:5701");
    }

    @Test
    void anythingElseIsRefusedWithAnExample() {
        for (String wrong :
                new String[] {"", "host", "host:", ":5701", "host:0", "host:65536", "host:x", "2001:db8::1:5701"}) {
            assertThatThrownBy(() -> ClusterAddress.parse("--join", wrong))
                    .as(wrong)
                    .isInstanceOf(ClusterException.class)
                    .hasMessageContaining("--join " + wrong + ": give the coordinator's HOST:PORT");
        }
    }

    @Test
    void onlyThisMachinesOwnAddressesAreLoopback() throws ClusterException {
        assertThat(ClusterAddress.isLoopback("127.0.0.1")).isTrue();
        assertThat(ClusterAddress.isLoopback("::1")).isTrue();
        assertThat(ClusterAddress.isLoopback("192.0.2.1")).isFalse();
        assertThat(ClusterAddress.isLoopback("0.0.0.0")).isFalse();
    }
}
