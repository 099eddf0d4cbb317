package io.drover.worker.target;

import io.drover.worker.azure.central.DeviceTemplate;
import io.drover.worker.azure.central.DeviceTemplate.TelemetryName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which device template devices get in an application.
 *
 * @param all the application's templates by id
 * @param chosen id of the template for all devices; null when each gets the one of the same id as at the source
 */
public record TemplateMap(Map<String, DeviceTemplate> all, String chosen) {
    public TemplateMap {
        all = Map.copyOf(all);
    }

    /** Id of the template of a device that has this one at the source, which may be null; empty when there is none. */
    public Optional<String> of(String source) {
        return Optional.ofNullable(chosen == null ? source : chosen).filter(all::containsKey);
    }

    /** What devices of a template of the application may send. */
    List<TelemetryName> telemetry(String template) {
        DeviceTemplate known = template == null ? null : all.get(template);
        return known == null ? List.of() : known.telemetry();
    }
}
