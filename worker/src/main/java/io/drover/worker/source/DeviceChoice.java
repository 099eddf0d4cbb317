package io.drover.worker.source;

import io.drover.worker.device.DevicePattern;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.FailureReason;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Which devices of a listing are chosen. The worker looks at each device itself, as IoT Central's api-version 2022-07-31
 * takes no filter (reference section a.2). Every part is null for any; {@code *} in a text stands for any characters.
 *
 * @param template id of the device template
 * @param organization id of the one the device is in
 * @param listed ids out of a file
 */
public record DeviceChoice(String id, String displayName, String template, String organization, ListedDevices listed) {
    /** All devices. */
    public static final DeviceChoice ALL = new DeviceChoice(null, null, null, null, null);

    private static final int PAGE = 1000;

    /** Ids of a file. */
    public record ListedDevices(String file, Set<String> ids) {
        public ListedDevices {
            ids = Set.copyOf(ids);
        }

        /** The same for the same ids, in whatever order they come. */
        @Override
        public String toString() {
            return ids.size() + " devices of " + file + " " + Integer.toHexString(ids.hashCode());
        }
    }

    /** Whether all devices are chosen. */
    public boolean all() {
        return equals(ALL);
    }

    /** For a person and for the ledger; empty for all. */
    public String description() {
        List<String> parts = new ArrayList<>();
        part(parts, "id", id);
        part(parts, "displayName", displayName);
        part(parts, "template", template);
        part(parts, "organization", organization);
        part(parts, "listed", listed);
        return parts.isEmpty() ? "" : " where " + String.join(", ", parts);
    }

    private static void part(List<String> parts, String name, Object value) {
        if (value != null) {
            parts.add(name + " " + value);
        }
    }

    /** A look through one listing, from its first page. Confined to one event loop. */
    Look look() {
        return new Look();
    }

    /** One listing. */
    final class Look {
        private final Set<String> missing = listed == null ? Set.of() : new TreeSet<>(listed.ids());

        private Look() {}

        /** True when the device is chosen. */
        boolean takes(String deviceId, String name, String templateId, List<String> organizations) {
            boolean takes = DevicePattern.fits(id, deviceId)
                    && DevicePattern.fits(displayName, name)
                    && DevicePattern.fits(template, templateId)
                    && (organization == null
                            || organizations.stream().anyMatch(own -> DevicePattern.fits(organization, own)))
                    && (listed == null || listed.ids().contains(deviceId));
            if (takes && listed != null) {
                missing.remove(deviceId);
            }
            return takes;
        }

        /** After the last page: hands over those of the list that were not among the devices. */
        Future<Void> end(Function<List<DiscoveredDevice>, Future<Void>> handler) {
            Future<Void> all = Future.succeededFuture();
            List<String> ids = List.copyOf(missing);
            for (int from = 0; from < ids.size(); from += PAGE) {
                List<DiscoveredDevice> page = ids.subList(from, Math.min(ids.size(), from + PAGE)).stream()
                        .map(unknown -> new DiscoveredDevice(unknown, null, FailureReason.NOT_AT_SOURCE))
                        .toList();
                all = all.compose(done -> handler.apply(page));
            }
            return all;
        }
    }
}
