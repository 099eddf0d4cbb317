package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.central.DeviceModel.PropertyKind;
import io.drover.simulator.cloud.central.JobDefinition.Amount;
import io.drover.simulator.cloud.central.JobDefinition.Kind;
import io.drover.simulator.cloud.central.JobDefinition.Operation;
import io.drover.simulator.cloud.central.JobDefinition.Threshold;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Definitions of jobs in the shapes of the wire, read with every reference checked. */
final class JobJson {
    private JobJson() {}

    /** Reads a definition; throws a {@link CentralException} for what is malformed (400) or refers to nothing (422). */
    static JobDefinition read(CentralRequest request, String id, JsonObject body) {
        JsonArray data = body.getJsonArray("data");
        String group = body.getString("group");
        if (group == null || data == null || data.isEmpty()) {
            throw CentralException.invalidBody("group and data are required.");
        }
        if (request.app()
                .group(group)
                .filter(known -> request.sees(known.organization()))
                .isEmpty()) {
            throw CentralException.unprocessable("There is no device group '" + group + "'.");
        }
        List<Operation> operations = new ArrayList<>();
        for (int i = 0; i < data.size(); i++) {
            operations.add(operation(request.app(), data.getJsonObject(i)));
        }
        if (operations.stream().map(Operation::kind).distinct().count() > 1) {
            throw CentralException.invalidBody("All entries of data must be of the same type.");
        }
        JsonObject threshold = body.getJsonObject("cancellationThreshold");
        return new JobDefinition(
                body.getString("displayName", id),
                body.getString("description"),
                group,
                amount(body.getJsonObject("batch")),
                threshold == null ? null : new Threshold(amount(threshold), threshold.getBoolean("batch", false)),
                operations,
                OrganizationResource.named(request, body));
    }

    static JsonObject written(JobDefinition definition) {
        JsonArray data = new JsonArray();
        definition.data().forEach(operation -> data.add(written(operation)));
        JsonObject json = new JsonObject()
                .put("displayName", definition.displayName())
                .put("group", definition.group())
                .put("data", data);
        if (definition.description() != null) {
            json.put("description", definition.description());
        }
        if (definition.batch() != null) {
            json.put("batch", written(definition.batch()));
        }
        if (definition.threshold() != null) {
            json.put(
                    "cancellationThreshold",
                    written(definition.threshold().amount())
                            .put("batch", definition.threshold().perBatch()));
        }
        return definition.organization() == null
                ? json
                : json.put("organizations", new JsonArray().add(definition.organization()));
    }

    private static JsonObject written(Operation operation) {
        JsonObject json = new JsonObject().put("type", operation.type());
        return operation.kind() == Kind.TEMPLATE_MIGRATION
                ? json.put("template", operation.template())
                : json.put("target", operation.template())
                        .put("path", operation.path())
                        .put("value", operation.value() == null ? null : Json.decodeValue(operation.value()));
    }

    private static JsonObject written(Amount amount) {
        return new JsonObject()
                .put("type", amount.percentage() ? "percentage" : "number")
                .put("value", amount.value());
    }

    private static Operation operation(CentralApp app, JsonObject data) {
        String type = data.getString("type");
        Kind kind = Arrays.stream(Kind.values())
                .filter(known -> known.isNamed(type))
                .findFirst()
                .orElseThrow(() -> CentralException.invalidBody(
                        "type must be command, property, cloudProperty or deviceTemplateMigration."));
        if (kind == Kind.TEMPLATE_MIGRATION) {
            String template = data.getString("template");
            if (template == null) {
                throw CentralException.invalidBody("A deviceTemplateMigration needs template.");
            }
            require(app, template);
            return new Operation(kind, type, template, null, null, null);
        }
        String target = data.getString("target");
        String path = data.getString("path");
        if (target == null || path == null) {
            throw CentralException.invalidBody("Each entry of data needs target and path.");
        }
        int dot = path.indexOf('.');
        Operation operation = new Operation(
                kind,
                type,
                target,
                dot < 0 ? null : path.substring(0, dot),
                path.substring(dot + 1),
                data.containsKey("value") ? Json.encode(data.getValue("value")) : null);
        if (!declared(require(app, target), operation)) {
            throw CentralException.unprocessable(
                    "The device template '" + target + "' has no " + type + " '" + path + "'.");
        }
        return operation;
    }

    private static DeviceTemplate require(CentralApp app, String template) {
        return app.template(template)
                .orElseThrow(() -> CentralException.unprocessable("There is no device template '" + template + "'."));
    }

    private static boolean declared(DeviceTemplate template, Operation operation) {
        if (operation.kind() == Kind.COMMAND) {
            return template.hasCommand(null, operation.component(), operation.name());
        }
        PropertyKind wanted = operation.kind() == Kind.CLOUD_PROPERTY ? PropertyKind.CLOUD : PropertyKind.WRITABLE;
        return template.model()
                .part(null, operation.component())
                .map(part -> part.properties().get(operation.name()))
                .filter(property -> property.kind() == wanted)
                .isPresent();
    }

    private static Amount amount(JsonObject json) {
        if (json == null) {
            return null;
        }
        String type = json.getString("type");
        Integer value = json.getInteger("value");
        boolean percentage = "percentage".equals(type);
        if (!percentage && !"number".equals(type)) {
            throw CentralException.invalidBody("type must be number or percentage.");
        }
        if (value == null || value < 1 || (percentage && value > 100)) {
            throw CentralException.invalidBody("value must be at least 1, and at most 100 for a percentage.");
        }
        return new Amount(percentage, value);
    }
}
