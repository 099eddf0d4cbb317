package io.drover.worker.api;

import io.drover.worker.DefinitionLoader;
import io.drover.worker.migration.AuditStore.Act;
import io.drover.worker.web.ProblemException;
import io.drover.worker.web.ProblemException.Mistake;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Definitions of migrations: kept as drafts, changed and forgotten. Confined to one event loop. */
final class DraftOperations {
    private final Serving serving;
    private final MigrationViews views;
    private final MigrationOperations migrations;

    DraftOperations(Serving serving, MigrationViews views, MigrationOperations migrations) {
        this.serving = serving;
        this.views = views;
        this.migrations = migrations;
    }

    void addTo(Map<String, Operation> operations) {
        operations.put("createMigration", this::create);
        operations.put("getDefinition", this::get);
        operations.put("putDefinition", this::put);
        operations.put("deleteDraft", this::delete);
    }

    static String location(String migration) {
        return "/api/v1/migrations/"
                + URLEncoder.encode(migration, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private Future<Answer> create(Call call) {
        JsonObject definition = call.body();
        String name = definition.getString("name");
        DefinitionLoader.read(definition, serving.definitions().worker());
        return serving.ledger()
                .definitions()
                .create(name, definition.encode(), new Act(call.caller().id(), "create", name, null))
                .compose(created -> created
                        ? migrations.now(call, name)
                        : Future.failedFuture(Refusals.conflict(
                                "name-in-use",
                                "The name is in use",
                                "There is a migration '" + name + "' already. Choose another name.")))
                .map(now -> Answer.json(201, now).with("location", location(name)));
    }

    private Future<Answer> get(Call call) {
        return views.one(call.migration()).map(view -> {
            JsonObject definition = serving.definitions()
                    .json(view.name(), view.kept())
                    .orElseThrow(() -> Call.notFound("The definition of '" + view.name() + "' is "
                            + (view.returns() == null
                                    ? "in another worker's configuration file."
                                    : "that of '" + view.returns() + "', whose devices it brings back.")));
            String tag = tag(view.kept().map(kept -> kept.revision()).orElse(0L));
            Answer answer = MigrationOperations.isKnown(call.header("If-None-Match"), tag)
                    ? Answer.empty(304)
                    : Answer.ok(definition);
            return answer.with("etag", tag).with("cache-control", "private, no-cache");
        });
    }

    private static String tag(long revision) {
        return '"' + Long.toString(revision) + '"';
    }

    private Future<Answer> put(Call call) {
        String name = call.migration();
        JsonObject definition = call.body();
        if (!name.equals(definition.getString("name"))) {
            throw new ProblemException(
                    422,
                    "definition",
                    "The definition has mistakes",
                    "A migration keeps its name. Make a new draft for another one.",
                    List.of(new Mistake("name", "is not '" + name + "'.", "Write name: " + name + ".")));
        }
        return views.one(name).compose(view -> {
            long revision = view.kept().map(kept -> kept.revision()).orElse(0L);
            boolean ofFile =
                    view.kept().filter(kept -> kept.definition() != null).isEmpty();
            if (view.migration().isPresent() || ofFile) {
                throw notADraft(name, ofFile);
            }
            if (!MigrationOperations.isKnown(call.header("If-Match"), tag(revision))) {
                throw changed(name);
            }
            DefinitionLoader.read(definition, serving.definitions().worker());
            Act act = new Act(call.caller().id(), "change-definition", name, null);
            return serving.ledger()
                    .definitions()
                    .change(name, revision, definition.encode(), act)
                    .compose(done ->
                            done ? serving.ledger().plans().forget(name) : Future.<Void>failedFuture(changed(name)))
                    .compose(done -> {
                        serving.runner().forget(name);
                        return migrations.now(call, name);
                    })
                    .map(now -> Answer.ok(now).with("etag", tag(revision + 1)));
        });
    }

    private static ProblemException changed(String name) {
        return new ProblemException(
                412,
                "changed",
                "Somebody has changed it",
                "The draft '" + name + "' is not the one that If-Match names. Get its definition, then change that.");
    }

    private static ProblemException notADraft(String name, boolean ofFile) {
        return Refusals.conflict(
                "not-a-draft",
                "It is no draft",
                ofFile
                        ? "'" + name + "' is defined in a worker's configuration file. Change it there."
                        : "'" + name + "' has begun. Make a new draft for another migration.");
    }

    private Future<Answer> delete(Call call) {
        String name = call.migration();
        return views.one(name)
                .compose(view -> serving.ledger()
                        .definitions()
                        .delete(name, new Act(call.caller().id(), "delete", name, null)))
                .compose(deleted -> deleted
                        ? serving.ledger().plans().forget(name)
                        : Future.<Void>failedFuture(notADraft(name, false)))
                .map(done -> {
                    serving.runner().forget(name);
                    return Answer.empty(204);
                });
    }
}
