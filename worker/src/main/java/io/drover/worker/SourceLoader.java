package io.drover.worker;

import io.drover.worker.WorkerConfig.ApplicationDevices;
import io.drover.worker.WorkerConfig.HubDevices;
import io.drover.worker.WorkerConfig.Source;
import java.util.List;
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
    private static final List<String> OF_APPLICATION = List.of("application", "deviceGroup", "deviceTemplate");
    private static final List<String> OF_HUB =
            List.of("hub", "query", "provisioningService", "enrollmentGroups", "method");

    private SourceLoader() {}

    static Source read(ConfigSection source) {
        boolean application = OF_APPLICATION.stream().anyMatch(source::has);
        boolean hub = OF_HUB.stream().anyMatch(source::has);
        if (application && hub) {
            mixed(source);
        }
        Source read = hub ? hub(source, application) : application(source);
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
                "Keep application, deviceGroup and deviceTemplate, or hub, query, provisioningService, enrollmentGroups and"
                        + " method.");
    }

    private static Source application(ConfigSection source) {
        return new ApplicationDevices(
                source.required(
                        "application",
                        "Write the subdomain of the IoT Central application, or hub to leave an IoT hub."),
                source.required("deviceGroup", "Write the id or the name of the device group to move."),
                source.text("deviceTemplate", null));
    }

    private static Source hub(ConfigSection source, boolean mixed) {
        OF_APPLICATION.forEach(source::known);
        if (mixed) {
            OF_HUB.forEach(source::known);
            return new HubDevices("", null, "", List.of(), DOCUMENTED_METHOD);
        }
        return new HubDevices(
                source.required("hub", "Write the name or the host name of the hub that the devices leave."),
                condition(source),
                source.required("provisioningService", "Write the name of the DPS that the devices came through."),
                source.texts("enrollmentGroups"),
                method(source));
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
