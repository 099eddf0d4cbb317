package io.drover.worker;

import io.drover.worker.WorkerConfig.ApplicationDevices;
import io.drover.worker.WorkerConfig.HubDevices;
import io.drover.worker.WorkerConfig.Source;
import io.drover.worker.source.DeviceChoice;
import io.drover.worker.source.DeviceChoice.ListedDevices;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code migration.source}: devices of an IoT Central application or of an IoT hub, never of both. */
final class SourceLoader {
    private static final Pattern QUERY = Pattern.compile(
            "\\s*select\\s+\\*\\s+from\\s+devices(?:\\s+where\\s+(\\S.*?))?\\s*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    /** A hub takes a query of 8 KB; the rest is for what Drover adds. */
    private static final int LONGEST_CONDITION = 7_000;

    private static final Pattern METHOD = Pattern.compile("[^/+#\\s\\p{Cntrl}]{1,100}");
    private static final String DOCUMENTED_METHOD = "migration*DeviceMove";
    private static final List<String> OF_APPLICATION = List.of("application", "deviceGroup", "deviceTemplate", "match");
    private static final List<String> OF_HUB =
            List.of("hub", "query", "provisioningService", "enrollmentGroups", "method");

    private SourceLoader() {}

    /** {@code config} is the file that relative paths start from. */
    static Source read(ConfigSection source, Path config) {
        ListedDevices listed = listed(source, config);
        boolean application = OF_APPLICATION.stream().anyMatch(source::has);
        boolean hub = OF_HUB.stream().anyMatch(source::has);
        if (application && hub) {
            mixed(source);
        }
        Source read = hub ? hub(source, application, listed) : application(source, listed);
        if (!hub) {
            // Known here as well, so that a misspelt key is told about both forms.
            OF_HUB.forEach(source::known);
        }
        source.end();
        return read;
    }

    private static void mixed(ConfigSection source) {
        String key = OF_APPLICATION.stream().filter(source::has).findFirst().orElseThrow();
        String other = OF_HUB.stream().filter(source::has).findFirst().orElseThrow();
        source.problem(
                key,
                "is of an IoT Central application, but '" + other + "' is of an IoT hub.",
                "Keep application, deviceGroup, deviceTemplate and match, or hub, query, provisioningService, enrollmentGroups and"
                        + " method.");
    }

    private static Source application(ConfigSection source, ListedDevices listed) {
        boolean chosen = source.has("match") || listed != null;
        ConfigSection match = source.section("match");
        DeviceChoice choice = new DeviceChoice(
                match.text("id", null),
                match.text("displayName", null),
                match.text("template", null),
                match.text("organization", null),
                listed);
        match.end();
        String group = "Write the id or the name of the device group to move, or choose devices with match or devices.";
        return new ApplicationDevices(
                source.required(
                        "application",
                        "Write the subdomain of the IoT Central application, or hub to leave an IoT hub."),
                chosen ? source.text("deviceGroup", null) : source.required("deviceGroup", group),
                source.text("deviceTemplate", null),
                choice);
    }

    private static ListedDevices listed(ConfigSection source, Path config) {
        if (source.isList("devices")) {
            Set<String> ids = Set.copyOf(source.texts("devices"));
            if (ids.isEmpty()) {
                source.problem("devices", "names no device.", "Write device ids into the list.");
            }
            return new ListedDevices("a list", ids);
        }
        String file = source.text("devices", null);
        if (file == null) {
            return null;
        }
        try {
            Set<String> ids = DeviceListFile.read(config.toAbsolutePath().resolveSibling(file));
            if (ids.isEmpty()) {
                source.problem("devices", "'" + file + "' names no device.", "Write device ids into its first column.");
            }
            return new ListedDevices(file, ids);
        } catch (IOException e) {
            source.problem("devices", "'" + file + "' cannot be read.", "Write the path of a CSV file of device ids.");
            return new ListedDevices(file, Set.of());
        }
    }

    private static Source hub(ConfigSection source, boolean mixed, ListedDevices listed) {
        OF_APPLICATION.forEach(source::known);
        if (mixed) {
            OF_HUB.forEach(source::known);
            return new HubDevices("", null, "", List.of(), DOCUMENTED_METHOD, DeviceChoice.ALL);
        }
        return new HubDevices(
                source.required("hub", "Write the name or the host name of the hub that the devices leave."),
                condition(source),
                source.required("provisioningService", "Write the name of the DPS that the devices came through."),
                source.texts("enrollmentGroups"),
                method(source),
                new DeviceChoice(null, null, null, null, listed));
    }

    private static String condition(ConfigSection source) {
        String query = source.text("query", "SELECT * FROM devices");
        Matcher matcher = QUERY.matcher(query);
        if (!matcher.matches()) {
            source.problem(
                    "query",
                    "is not of the form SELECT * FROM devices WHERE …",
                    "Write that, with a condition of the IoT Hub query language, or leave it out for all devices.");
            return null;
        }
        String condition = matcher.group(1);
        if (condition != null && condition.length() > LONGEST_CONDITION) {
            source.problem(
                    "query",
                    "has a condition of more than " + LONGEST_CONDITION + " characters.",
                    "A hub takes 8 KB: mark the devices with a tag and select that.");
        }
        return condition;
    }

    private static String method(ConfigSection source) {
        String method = source.text("method", DOCUMENTED_METHOD);
        if (!METHOD.matcher(method).matches()) {
            source.problem(
                    "method",
                    "'" + method + "' cannot be the name of a direct method.",
                    "Write " + DOCUMENTED_METHOD + ", or DeviceMove for devices that know the root form only.");
        }
        return method;
    }
}
