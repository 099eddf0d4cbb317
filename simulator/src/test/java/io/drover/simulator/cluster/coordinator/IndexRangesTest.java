package io.drover.simulator.cluster.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.simulator.cluster.ClusterException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class IndexRangesTest {
    @Test
    void devicesAreDividedByWeight() throws ClusterException {
        assertThat(IndexRanges.of(1_003, List.of(capacity(8, 60_000), capacity(1, 60_000), capacity(1, 60_000))))
                .extracting(IndexRanges.Range::size)
                .containsExactly(801, 101, 101);
    }

    @Test
    void whatAMemberCannotHaveGoesToTheOthers() throws ClusterException {
        assertThat(IndexRanges.of(100, List.of(capacity(10, 20), capacity(1, 1_000), capacity(1, 1_000))))
                .extracting(IndexRanges.Range::size)
                .containsExactly(20, 40, 40);
    }

    @Test
    void moreDevicesThanMembersCanHaveAreRefusedWithBothNumbers() {
        assertThatThrownBy(() -> IndexRanges.of(31, List.of(capacity(1, 10), capacity(1, 20))))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("31 devices are more than the 2 members can have, which is 30");
    }

    @Test
    void fewerDevicesThanMembersAreRefused() {
        assertThatThrownBy(() -> IndexRanges.of(1, List.of(capacity(1, 10), capacity(1, 20))))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("give fewer --members");
    }

    /** @param use how much of what the members can have is used */
    @Property
    void rangesHaveNoGapAndNoneIsBeyondWhatItsMemberCanHave(
            @ForAll("members") List<IndexRanges.Capacity> members, @ForAll @DoubleRange(min = 0, max = 1) double use)
            throws ClusterException {
        long most = members.stream().mapToLong(IndexRanges.Capacity::most).sum();
        int devices = (int) Math.max(members.size(), most * use);

        List<IndexRanges.Range> ranges = IndexRanges.of(devices, members);

        assertThat(ranges).hasSameSizeAs(members);
        int next = 0;
        for (int index = 0; index < members.size(); index++) {
            assertThat(ranges.get(index).from()).isEqualTo(next);
            assertThat(ranges.get(index).size()).isBetween(1, members.get(index).most());
            next = ranges.get(index).to();
        }
        assertThat(next).isEqualTo(devices);
    }

    @Provide
    Arbitrary<List<IndexRanges.Capacity>> members() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 256),
                        Arbitraries.integers().between(1, 1_000_000))
                .as(IndexRangesTest::capacity)
                .list()
                .ofMinSize(1)
                .ofMaxSize(30);
    }

    private static IndexRanges.Capacity capacity(int weight, int most) {
        return new IndexRanges.Capacity(weight, most);
    }
}
