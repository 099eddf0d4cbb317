package io.drover.simulator.fleet;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Asks the cloud's control API for what a device maker knows: where devices register, and the group's keys. */
final class FactorySheet {
    private static final long DEADLINE_MILLIS = 20_000;

    /** The answer; {@code provisioningHost} may be null. */
    record Sheet(String idScope, String primaryKey, String provisioningHost) {
        @Override
        public String toString() {
            return "Sheet[idScope=" + idScope + "]";
        }
    }

    private final WebClient client;
    private final URI control;

    FactorySheet(Vertx vertx, URI control) {
        this.client = WebClient.create(vertx);
        this.control = control;
    }

    /** The sheet of an IoT Central application's devices. Fails with an IOException that a person can act on. */
    Future<Sheet> ofApplication(String application) {
        return fetch(
                "/control/applications/" + encoded(application) + "/factory",
                "application '" + application + "'",
                "--application");
    }

    /** The sheet of the devices of a provisioning service's enrollment group; fails likewise. */
    Future<Sheet> ofGroup(String provisioningService, String group) {
        return fetch(
                "/control/provisioning-services/" + encoded(provisioningService) + "/enrollment-groups/"
                        + encoded(group) + "/factory",
                "enrollment group '" + group + "' of '" + provisioningService + "'",
                "--provisioning-service and --enrollment-group");
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    private Future<Sheet> fetch(String path, String what, String option) {
        return client.getAbs(control + path)
                .timeout(DEADLINE_MILLIS)
                .send()
                .recover(failure -> Future.failedFuture(new IOException("the cloud does not answer at " + control + " ("
                        + failure.getMessage() + "); check --control")))
                .compose(answer -> read(what, option, answer));
    }

    private Future<Sheet> read(String what, String option, HttpResponse<?> answer) {
        if (answer.statusCode() != 200) {
            return Future.failedFuture(new IOException(
                    "the cloud knows no " + what + " (status " + answer.statusCode() + "); check " + option));
        }
        JsonObject body = answer.bodyAsJsonObject();
        String idScope = body.getString("idScope");
        String key = body.getString("primaryKey");
        if (idScope == null || key == null) {
            return Future.failedFuture(new IOException("the cloud's factory answer lacks idScope or primaryKey"));
        }
        return Future.succeededFuture(new Sheet(idScope, key, body.getString("provisioningHost")));
    }
}
