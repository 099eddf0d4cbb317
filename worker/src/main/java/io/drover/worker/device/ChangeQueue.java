package io.drover.worker.device;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Changes that wait for a transaction: devices in the order of their first change, each with all of its own in order, so
 * that a device which heard several things while it waited is written once. Confined to one context.
 *
 * @param <T> a change and who waits for it
 */
final class ChangeQueue<T> {
    private final Function<T, DeviceKey> key;
    private final Map<DeviceKey, List<T>> byDevice = new LinkedHashMap<>();

    ChangeQueue(Function<T, DeviceKey> key) {
        this.key = key;
    }

    void addAll(List<T> changes) {
        for (T change : changes) {
            byDevice.computeIfAbsent(key.apply(change), device -> new ArrayList<>(1))
                    .add(change);
        }
    }

    boolean isEmpty() {
        return byDevice.isEmpty();
    }

    /** Takes out the changes of the first devices of one migration, of at most so many devices. */
    List<T> take(int devices) {
        List<T> taken = new ArrayList<>();
        Iterator<Map.Entry<DeviceKey, List<T>>> all = byDevice.entrySet().iterator();
        long migration = -1;
        for (int count = 0; count < devices && all.hasNext(); count++) {
            Map.Entry<DeviceKey, List<T>> device = all.next();
            if (count > 0 && device.getKey().migrationId() != migration) {
                break;
            }
            migration = device.getKey().migrationId();
            taken.addAll(device.getValue());
            all.remove();
        }
        return taken;
    }
}
