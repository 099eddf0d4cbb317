package io.drover.simulator.cloud.control;

import io.drover.simulator.cloud.hub.HubDevice;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Devices to create, as the control API takes them: {@code ids}, or the compact {@code prefix}, {@code from} and {@code count}, which
 * stand for the prefix with the numbers from there on in at least six digits.
 *
 * @param template null for devices without one
 */
record DeviceList(String template, boolean simulated, List<String> ids) {
    private static final int MAX_IDS = 10_000;
    private static final int MAX_COUNT = 1_000_000;
    private static final int MAX_NUMBER = 999_999_999;
    private static final Set<String> KEYS = Set.of("template", "simulated", "ids", "prefix", "from", "count");

    /** A list that is worth using only when there are no mistakes. */
    record Reading(DeviceList list, List<String> mistakes) {}

    static Reading read(JsonObject json) {
        List<String> mistakes = new ArrayList<>();
        for (String key : json.fieldNames()) {
            if (!KEYS.contains(key)) {
                mistakes.add(key + ": unknown key; the keys here are template, simulated, ids, prefix, from, count");
            }
        }
        Object template = json.getValue("template");
        if (template != null && !(template instanceof String)) {
            mistakes.add("template: must be a text");
        }
        Object simulated = json.getValue("simulated", false);
        if (!(simulated instanceof Boolean)) {
            mistakes.add("simulated: must be true or false");
        }
        List<String> ids = json.containsKey("count") ? numbered(json, mistakes) : named(json, mistakes);
        return new Reading(
                mistakes.isEmpty() ? new DeviceList((String) template, (Boolean) simulated, ids) : null, mistakes);
    }

    private static List<String> named(JsonObject json, List<String> mistakes) {
        if (json.getValue("ids") instanceof JsonArray ids
                && ids.size() <= MAX_IDS
                && ids.stream().allMatch(String.class::isInstance)) {
            return ids.stream().map(String.class::cast).toList();
        }
        mistakes.add("ids: must be a list of at most " + MAX_IDS + " texts; for more give prefix and count");
        return List.of();
    }

    private static List<String> numbered(JsonObject json, List<String> mistakes) {
        String prefix = json.getValue("prefix", "") instanceof String text ? text : "/";
        if (!HubDevice.isDeviceId(prefix + MAX_NUMBER)) {
            mistakes.add("prefix: must be a text that can begin a device id");
        }
        int count = number(json, "count", 0, 1, MAX_COUNT, mistakes);
        int from = number(json, "from", 0, 0, MAX_NUMBER - MAX_COUNT, mistakes);
        if (json.containsKey("ids")) {
            mistakes.add("ids: give either these or prefix and count");
        }
        return new Numbered(prefix, from, count);
    }

    private static int number(JsonObject json, String key, int usual, int least, int most, List<String> mistakes) {
        if (json.getValue(key, usual) instanceof Integer number && number >= least && number <= most) {
            return number;
        }
        mistakes.add(key + ": must be a whole number from " + least + " to " + most);
        return least;
    }

    /** Ids made when asked for, so that a million need no memory twice. */
    private static final class Numbered extends AbstractList<String> {
        private final String prefix;
        private final int from;
        private final int count;

        Numbered(String prefix, int from, int count) {
            this.prefix = prefix;
            this.from = from;
            this.count = count;
        }

        @Override
        public String get(int index) {
            String number = Integer.toString(from + index);
            return prefix + "0".repeat(Math.max(0, 6 - number.length())) + number;
        }

        @Override
        public int size() {
            return count;
        }
    }
}
