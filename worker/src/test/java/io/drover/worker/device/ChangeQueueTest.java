package io.drover.worker.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ChangeQueueTest {
    private record Change(DeviceKey key, int number) {}

    private final ChangeQueue<Change> queue = new ChangeQueue<>(Change::key);

    @Test
    void aDevicesLaterChangesAreTakenWithItsFirst() {
        queue.addAll(List.of(change(1, "a", 1), change(1, "b", 2), change(1, "c", 3)));
        queue.addAll(List.of(change(1, "a", 4)));

        assertThat(queue.take(2)).extracting(Change::number).containsExactly(1, 4, 2);
        assertThat(queue.take(2)).extracting(Change::number).containsExactly(3);
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void noTwoMigrationsAreTakenTogether() {
        queue.addAll(List.of(change(1, "a", 1), change(2, "a", 2), change(1, "b", 3)));

        assertThat(queue.take(9)).extracting(Change::number).containsExactly(1);
        assertThat(queue.take(9)).extracting(Change::number).containsExactly(2);
        assertThat(queue.take(9)).extracting(Change::number).containsExactly(3);
    }

    @Property
    void allAreTakenOnceAndThoseOfADeviceInTheirOrder(
            @ForAll @Size(max = 60) List<@IntRange(max = 9) Integer> devices,
            @ForAll @IntRange(min = 1, max = 5) int most) {
        ChangeQueue<Change> all = new ChangeQueue<>(Change::key);
        List<Change> added = new ArrayList<>();
        for (int number = 0; number < devices.size(); number++) {
            added.add(change(devices.get(number) % 3, "device-" + devices.get(number), number));
        }
        all.addAll(added);
        List<Change> taken = new ArrayList<>();
        while (!all.isEmpty()) {
            List<Change> batch = all.take(most);
            assertThat(batch.stream().map(Change::key).distinct()).hasSizeBetween(1, most);
            taken.addAll(batch);
        }

        assertThat(taken).containsExactlyInAnyOrderElementsOf(added);
        for (Change change : added) {
            assertThat(taken.stream().filter(one -> one.key().equals(change.key())))
                    .extracting(Change::number)
                    .isSorted();
        }
    }

    private static Change change(long migration, String device, int number) {
        return new Change(new DeviceKey(migration, device), number);
    }
}
