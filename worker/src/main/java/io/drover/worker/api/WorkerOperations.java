package io.drover.worker.api;

import io.drover.worker.SignIn;
import io.drover.worker.WorkerConfig;
import io.drover.worker.auth.Gatekeeper;
import io.drover.worker.device.FailureReason;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Who asks, and whom. Confined to one event loop. */
final class WorkerOperations {
    private static final String PUBLIC_AZURE = "https://management.azure.com";

    private final Serving serving;
    private final Gatekeeper gatekeeper;

    WorkerOperations(Serving serving, Gatekeeper gatekeeper) {
        this.serving = serving;
        this.gatekeeper = gatekeeper;
    }

    void addTo(Map<String, Operation> operations) {
        operations.put("getSession", call -> Future.succeededFuture(Answer.ok(gatekeeper.session(call.context()))));
        operations.put("getWorker", call -> worker());
        operations.put("listReasons", call -> Future.succeededFuture(Answer.ok(reasons())));
    }

    private Future<Answer> worker() {
        WorkerConfig config = serving.definitions().worker();
        boolean simulated = !config.azure().resourceManager().equals(PUBLIC_AZURE);
        JsonArray running = new JsonArray();
        serving.runner().running().stream().sorted().forEach(running::add);
        return serving.ledger()
                .ping()
                .map(up -> (String) null)
                .otherwise(down -> "The ledger does not answer; see the worker's log.")
                .map(down -> Answer.ok(new JsonObject()
                        .put("version", version())
                        .put("simulated", simulated)
                        .put("resourceManager", config.azure().resourceManager())
                        .put("timeCompression", config.azure().timeCompression())
                        .put(
                                "ledger",
                                new JsonObject().put("kind", serving.ledger().isShared() ? "PostgreSQL" : "SQLite"))
                        .put("management", serving.management())
                        .put("principal", principal(config.entra().signIn()))
                        .put("running", running)
                        .put("maxRunning", serving.runner().most())
                        .put(
                                "health",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("name", "ledger")
                                                .put("status", down == null ? "up" : "down")
                                                .put("detail", down)))));
    }

    static String version() {
        return Optional.ofNullable(WorkerOperations.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    /** The kind of sign-in in words. */
    private static String principal(SignIn signIn) {
        return signIn.getClass()
                .getSimpleName()
                .replaceAll("([a-z])([A-Z])", "$1 $2")
                .toLowerCase(Locale.ROOT);
    }

    private static JsonArray reasons() {
        JsonArray reasons = new JsonArray();
        for (FailureReason reason : FailureReason.values()) {
            reasons.add(new JsonObject()
                    .put("name", reason.name())
                    .put("text", reason.text())
                    .put("nextAction", reason.nextAction()));
        }
        return reasons;
    }
}
