package io.drover.simulator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class SourceAddressesTest {
    private static final InetAddress HERE = at(127, 0, 0, 1);

    private static InetAddress at(int... bytes) {
        byte[] address = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            address[i] = (byte) bytes[i];
        }
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException never) {
            throw new AssertionError("4 or 16 bytes are an address", never);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void eachProcessConnectsFromLoopbackAddressesOfItsOwn() throws Exception {
        List<String> some = SourceAddresses.to(HERE, 4_711);

        assertThat(some).hasSize(16).doesNotHaveDuplicates().doesNotContain("127.0.0.1");
        for (String address : some) {
            assertThat(InetAddress.getByName(address).isLoopbackAddress()).isTrue();
        }
        assertThat(SourceAddresses.to(HERE, 4_712)).doesNotContainAnyElementsOf(some);
        assertThat(SourceAddresses.to(HERE, 4_711 + 256)).doesNotContainAnyElementsOf(some);
    }

    @Test
    void aProcessIdOfAnySizeGivesAddressesThatThereAre() throws Exception {
        for (String address : SourceAddresses.to(HERE, 4_194_303)) {
            assertThat(InetAddress.getByName(address).getHostAddress()).isEqualTo(address);
        }
    }

    @Test
    void theSystemDecidesWhereACloudIsElsewhere() {
        assertThat(SourceAddresses.to(at(192, 0, 2, 1), 1)).isEmpty();
        assertThat(SourceAddresses.to(at(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), 1))
                .isEmpty();
    }
}
