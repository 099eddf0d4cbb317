package io.drover.simulator.cloud.central;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;

/**
 * An export definition: which devices' connectivity events go to which destinations, and what is added to each message.
 *
 * @param filter selects devices, null for all
 * @param enrichments by name, each with a fixed value or the path of a device's system property
 * @param destinations ids, at most five
 */
record DataExport(
        String id,
        String displayName,
        boolean enabled,
        DeviceFilter filter,
        List<Enrichment> enrichments,
        List<String> destinations) {
    /** The one source of data that is emulated. */
    static final String CONNECTIVITY = "deviceConnectivity";

    /** System properties an enrichment may name. */
    static final Set<String> PATHS =
            Set.of("$enabled", "$displayName", "$templateDisplayName", "$organizations", "$provisioned", "$simulated");

    /** Exactly one of value and path is not null. */
    record Enrichment(String name, String value, String path) {}

    DataExport {
        enrichments = List.copyOf(enrichments);
        destinations = List.copyOf(destinations);
    }

    boolean selects(CentralApp app, CentralDevice device) {
        return enabled && (filter == null || filter.test(app, device));
    }

    /** What the message about this device carries under {@code enrichments}. */
    JsonObject enrich(CentralApp app, CentralDevice device) {
        JsonObject enriched = new JsonObject();
        for (Enrichment enrichment : enrichments) {
            Object value = enrichment.value() != null ? enrichment.value() : system(enrichment.path(), app, device);
            if (value != null) {
                enriched.put(enrichment.name(), value);
            }
        }
        return enriched;
    }

    private static Object system(String path, CentralApp app, CentralDevice device) {
        return switch (path) {
            case "$enabled" -> device.enabled();
            case "$displayName" -> device.displayName();
            case "$templateDisplayName" ->
                app.template(device.template()).map(DeviceTemplate::displayName).orElse(null);
            case "$organizations" -> device.organization();
            case "$provisioned" -> device.provisioned();
            case "$simulated" -> device.simulated();
            default -> null;
        };
    }
}
