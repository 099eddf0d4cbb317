package io.drover.simulator.cloud.arm;

import io.drover.simulator.cloud.entra.ServicePrincipal;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.regex.Pattern;

/** Whether a name can still be had: {@code checkNameAvailability} and its kin of the two providers. */
final class NameAvailability {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9-]{1,62}[A-Za-z0-9])?");
    private static final int BODY_LIMIT = 4_096;

    private final ArmApi api;
    private final Resources resources;

    NameAvailability(ArmApi api, Resources resources) {
        this.api = api;
        this.resources = resources;
    }

    void mount(Router router) {
        route(router, Resource.Type.IOT_CENTRAL, "checkNameAvailability");
        route(router, Resource.Type.IOT_CENTRAL, "checkSubdomainAvailability");
        route(router, Resource.Type.IOT_HUB, "checkNameAvailability");
        route(router, Resource.Type.PROVISIONING_SERVICE, "checkProvisioningServiceNameAvailability");
    }

    private void route(Router router, Resource.Type type, String verb) {
        router.postWithRegex("(?i)/subscriptions/(?<subscription>[^/]+)/providers/"
                        + type.provider().replace(".", "\\.") + "/" + verb)
                .setName(type.collection() + "/" + verb)
                .handler(BodyHandler.create(false).setBodyLimit(BODY_LIMIT))
                .handler(context -> check(context, type));
    }

    private void check(RoutingContext context, Resource.Type type) {
        if (!api.allowed(context, type, ServicePrincipal.ARM_READER, "/read")) {
            return;
        }
        String name = name(context);
        if (name == null) {
            ArmError.BAD_REQUEST.answer(context, "The request body must be a JSON object with a name.");
            return;
        }
        if (!NAME.matcher(name).matches()) {
            answer(context, "Invalid", "'" + name + "' must be 3 to 64 letters, digits and dashes.");
        } else if (resources.isTaken(type, name)) {
            answer(context, "AlreadyExists", "'" + name + "' is not available.");
        } else {
            ArmApi.answer(context, new JsonObject().put("nameAvailable", true));
        }
    }

    private static void answer(RoutingContext context, String reason, String message) {
        ArmApi.answer(
                context,
                new JsonObject()
                        .put("nameAvailable", false)
                        .put("reason", reason)
                        .put("message", message));
    }

    private static String name(RoutingContext context) {
        try {
            JsonObject body = context.body().asJsonObject();
            return body == null ? null : body.getString("name");
        } catch (DecodeException | ClassCastException malformed) {
            return null;
        }
    }
}
