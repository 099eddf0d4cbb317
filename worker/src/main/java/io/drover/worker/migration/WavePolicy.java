package io.drover.worker.migration;

import io.drover.worker.device.DevicePattern;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * One wave of a rollout.
 *
 * @param deadline after its opening; then devices not on their way are given up; null for never
 */
public record WavePolicy(String name, Selection selection, Gate gate, Duration deadline) {
    /** Which devices a wave takes; the kinds with a rule of their own come before those that count. */
    public sealed interface Selection permits Count, Percent, Listed, Matching, InGroup, Rest {}

    /** The next so many devices in order. */
    public record Count(long devices) implements Selection {}

    /** The next devices in order, as a share of all that can move. */
    public record Percent(double percent) implements Selection {}

    /** The devices of a list, read from a CSV file whose first column is the device id. */
    public record Listed(String file, Set<String> ids) implements Selection {
        public Listed {
            ids = Set.copyOf(ids);
        }

        @Override
        public String toString() {
            return "Listed[" + ids.size() + " devices of " + file + "]";
        }
    }

    /**
     * Devices whose id matches a pattern with {@code *} and whose template is one of these.
     *
     * @param idPattern null for any id
     * @param templates empty for any template
     */
    public record Matching(String idPattern, List<String> templates) implements Selection {
        public Matching {
            templates = List.copyOf(templates);
        }

        /** True when the device is one of these. */
        public boolean matches(String deviceId, String template) {
            return DevicePattern.fits(idPattern, deviceId) && (templates.isEmpty() || templates.contains(template));
        }
    }

    /** The members of a device group of the source, by its id or name, as they are when the selection is read. */
    public record InGroup(String group) implements Selection {}

    /** All that no other wave takes. */
    public record Rest() implements Selection {}

    /**
     * What must hold before the next wave opens.
     *
     * @param successPercent at least this share of the wave's finished devices arrived
     * @param promote whether a person must promote even then
     */
    public record Gate(double successPercent, boolean promote) {
        /** The next wave opens as soon as this one is settled. */
        public static final Gate NONE = new Gate(0, false);
    }

    /** One wave of everything that is left. */
    public static WavePolicy rest() {
        return new WavePolicy("rest", new Rest(), Gate.NONE, null);
    }
}
