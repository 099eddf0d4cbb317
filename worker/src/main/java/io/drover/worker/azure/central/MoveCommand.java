package io.drover.worker.azure.central;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a template's DeviceMove is called (reference section a.4).
 *
 * @param component name of the component that holds it; empty for the root form
 * @param fields of the request object, {@code idScope} among them; empty when the request is the bare ID scope
 */
public record MoveCommand(Optional<String> component, Set<String> fields) {
    /** Its name, the same in every form. */
    public static final String NAME = "DeviceMove";

    /** The component form that the documents and the samples use. */
    public static final MoveCommand DOCUMENTED = new MoveCommand(
            Optional.of("migration"),
            Set.of("idScope", "dpsName", "dpsId", "centralAppName", "centralAppSubdomain", "deviceTemplateId"));

    public MoveCommand {
        fields = Set.copyOf(fields);
    }

    /** The request as this command's schema wants it: what it does not name is left out. */
    public Object payload(Map<String, Object> known) {
        if (fields.isEmpty()) {
            return known.get("idScope");
        }
        JsonObject request = new JsonObject();
        known.forEach((name, value) -> {
            if (fields.contains(name)) {
                request.put(name, value);
            }
        });
        return request;
    }

    /** The direct method that it becomes on the device. */
    public String method() {
        return component.map(name -> name + "*" + NAME).orElse(NAME);
    }
}
