package io.drover.worker.azure.central;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/**
 * A device template and where its DeviceMove command is: in a component, at the root, or nowhere
 * (reference section a.4).
 *
 * @param component name of the component that holds the command; empty for the root form
 */
public record DeviceTemplate(String id, String displayName, boolean movable, Optional<String> component) {
    private static final String COMMAND = "DeviceMove";
    private static final String MOVE_INTERFACE = "dtmi:azureiot:DeviceMigration;1";

    static DeviceTemplate of(JsonObject item) {
        JsonArray contents =
                item.getJsonObject("capabilityModel", new JsonObject()).getJsonArray("contents", new JsonArray());
        Optional<String> component = Optional.empty();
        for (int i = 0; i < contents.size() && component.isEmpty(); i++) {
            component = moveComponent(contents.getJsonObject(i));
        }
        boolean movable = component.isPresent() || hasCommand(contents);
        return new DeviceTemplate(item.getString("@id"), item.getString("displayName"), movable, component);
    }

    private static Optional<String> moveComponent(JsonObject content) {
        if (!isA(content, "Component")) {
            return Optional.empty();
        }
        Object schema = content.getValue("schema");
        boolean moves = MOVE_INTERFACE.equals(schema) || (schema instanceof JsonObject inner && isMoveInterface(inner));
        return moves ? Optional.of(content.getString("name")) : Optional.empty();
    }

    private static boolean isMoveInterface(JsonObject schema) {
        return MOVE_INTERFACE.equals(schema.getString("@id"))
                || hasCommand(schema.getJsonArray("contents", new JsonArray()));
    }

    private static boolean hasCommand(JsonArray contents) {
        for (int i = 0; i < contents.size(); i++) {
            JsonObject content = contents.getJsonObject(i);
            if (isA(content, "Command") && COMMAND.equals(content.getString("name"))) {
                return true;
            }
        }
        return false;
    }

    /** {@code @type} is a string or a list of strings. */
    private static boolean isA(JsonObject content, String type) {
        Object types = content.getValue("@type");
        return type.equals(types) || (types instanceof JsonArray list && list.contains(type));
    }
}
