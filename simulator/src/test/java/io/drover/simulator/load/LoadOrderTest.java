package io.drover.simulator.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class LoadOrderTest {
    @Property(tries = 100)
    void everyOperationIsOneDevices(@ForAll @IntRange(min = 1, max = 3_000) int devices) {
        LoadOrder order = new LoadOrder(devices);

        assertThat(IntStream.range(0, devices)
                        .mapToLong(order::operation)
                        .sorted()
                        .toArray())
                .isEqualTo(IntStream.range(0, devices).asLongStream().toArray());
    }

    @Property(tries = 100)
    void aRangeOfIndexesHasItsShareOfTheLoadAtEveryMoment(
            @ForAll @IntRange(min = 100, max = 50_000) int devices, @ForAll @IntRange(min = 2, max = 8) int processes) {
        LoadOrder order = new LoadOrder(devices);
        int end = devices / processes;
        long[] own =
                IntStream.range(0, end).mapToLong(order::operation).sorted().toArray();

        for (int share = 1; share <= 10; share++) {
            long until = (long) devices * share / 10;
            long begun = java.util.Arrays.stream(own)
                    .filter(operation -> operation < until)
                    .count();
            // Of 1,500 fleets the worst was off by 48 of 22,440, and by 29 of 3,215.
            double much = 12 + end / 100.0;
            assertThat((double) begun).isBetween(end * share / 10.0 - much, end * share / 10.0 + much);
        }
    }
}
