package io.drover.worker.report;

import io.drover.worker.device.DeviceCounts;
import io.drover.worker.device.DeviceState;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One bar of all devices, divided by state, with a legend that carries the numbers. */
final class StateBar {
    private static final double WIDTH = 1000;
    /** So that a single device of many is still seen. */
    private static final double LEAST = 3;
    /** From done to not begun. */
    private static final List<DeviceState> ORDER = List.of(
            DeviceState.MIGRATED,
            DeviceState.CONNECTED,
            DeviceState.ASSIGNED,
            DeviceState.ACCEPTED,
            DeviceState.COMMANDED,
            DeviceState.WAITING,
            DeviceState.REGISTERED,
            DeviceState.PENDING,
            DeviceState.FAILED,
            DeviceState.CANCELLED,
            DeviceState.EXCLUDED);

    private StateBar() {}

    static void write(Html page, DeviceCounts counts) {
        Map<DeviceState, Long> present = new EnumMap<>(DeviceState.class);
        counts.byState().forEach((state, devices) -> {
            if (devices > 0) {
                present.put(state, devices);
            }
        });
        page.raw("<svg class=\"bar\" viewBox=\"0 0 1000 28\" preserveAspectRatio=\"none\" role=\"img\""
                + " aria-labelledby=\"bar-title bar-desc\"><title id=\"bar-title\">Devices by state</title>"
                + "<desc id=\"bar-desc\">");
        ORDER.stream()
                .filter(present::containsKey)
                .forEach(state -> page.text(state + ": " + Words.number(present.get(state)) + " of "
                        + Words.number(counts.total()) + ". "));
        page.raw("</desc>");
        segments(page, present, counts.total());
        page.raw("</svg><ul class=\"legend\">");
        for (DeviceState state : ORDER) {
            if (present.containsKey(state)) {
                page.raw("<li><span class=\"swatch b-" + style(state) + "\"></span>" + state + " <b>"
                        + Words.number(present.get(state)) + "</b> <small>"
                        + Words.share(present.get(state), counts.total()) + "</small></li>");
            }
        }
        page.raw("</ul>");
    }

    private static void segments(Html page, Map<DeviceState, Long> present, long total) {
        double reserved = LEAST * present.size();
        double x = 0;
        for (DeviceState state : ORDER) {
            if (present.containsKey(state)) {
                double width = LEAST + (WIDTH - reserved) * present.get(state) / total;
                page.raw(String.format(
                        Locale.ROOT,
                        "<rect class=\"f-%s\" x=\"%.2f\" y=\"0\" width=\"%.2f\" height=\"28\"/>",
                        style(state),
                        x,
                        width));
                x += width;
            }
        }
    }

    /** The name of a state's colour in the style sheet. */
    static String style(DeviceState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
