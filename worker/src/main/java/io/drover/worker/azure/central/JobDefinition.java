package io.drover.worker.azure.central;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * A job that sends DeviceMove to the devices of a group that have a template (reference section a.5).
 *
 * @param payload of the command, as {@link MoveCommand#payload} gives it
 */
public record JobDefinition(
        String displayName, String group, String template, MoveCommand command, Object payload, JobLimits limits) {
    JsonObject json() {
        String path = command.component().map(name -> name + ".").orElse("") + MoveCommand.NAME;
        JsonObject json = new JsonObject()
                .put("displayName", displayName)
                .put("description", "Sends " + MoveCommand.NAME + " to devices that a Drover ledger has claimed for it")
                .put("group", group)
                .put(
                        "data",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("type", "command")
                                        .put("target", template)
                                        .put("path", path)
                                        .put("value", payload)));
        if (limits.batch() != null) {
            json.put("batch", limits.batch().json());
        }
        if (limits.cancellationThreshold() != null) {
            json.put(
                    "cancellationThreshold",
                    limits.cancellationThreshold().json().put("batch", limits.perBatch()));
        }
        return json;
    }
}
