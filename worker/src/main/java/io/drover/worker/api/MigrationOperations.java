package io.drover.worker.api;

import io.drover.worker.auth.Role;
import io.drover.worker.migration.MigrationSearch.Found;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads of migrations. Confined to one event loop. */
final class MigrationOperations {
    private static final String LIST = "migrations";

    private final Serving serving;
    private final MigrationViews views;
    private final MigrationJson json;
    private final MigrationDetail detail;

    MigrationOperations(Serving serving, MigrationViews views, MigrationJson json, MigrationDetail detail) {
        this.serving = serving;
        this.views = views;
        this.json = json;
        this.detail = detail;
    }

    void addTo(Map<String, Operation> operations) {
        operations.put("listMigrations", this::list);
        operations.put("getMigration", this::get);
    }

    private Future<Answer> list(Call call) {
        JsonArray cursor = Cursors.read(call.query("cursor"), LIST, Long.class, String.class);
        Found after = cursor == null ? null : new Found(cursor.getString(2), Instant.ofEpochMilli(cursor.getLong(1)));
        int limit = call.limit();
        return serving.ledger()
                .search()
                .page(call.query("state"), call.query("search"), after, limit)
                .compose(found -> views.of(found.stream().map(Found::name).toList())
                        .map(page -> {
                            JsonArray items = new JsonArray();
                            page.forEach(view -> items.add(json.summary(view)));
                            return Answer.ok(
                                    new JsonObject().put("items", items).put("next", next(found, limit)));
                        }));
    }

    private static String next(List<Found> page, int limit) {
        if (page.size() < limit) {
            return null;
        }
        Found last = page.get(page.size() - 1);
        return Cursors.of(LIST, last.createdAt().toEpochMilli(), last.name());
    }

    private Future<Answer> get(Call call) {
        Set<Role> roles = call.caller().roles();
        return detail.read(call.migration()).map(told -> tagged(call, Answer.ok(told.to(roles))));
    }

    /** With an ETag; without a body where the caller has it already. */
    static Answer tagged(Call call, Answer answer) {
        String tag = '"' + digest(answer.body()) + '"';
        Answer told = isKnown(call.header("If-None-Match"), tag) ? Answer.empty(304) : answer;
        return told.with("etag", tag).with("cache-control", "private, no-cache");
    }

    static boolean isKnown(String given, String tag) {
        if (given == null) {
            return false;
        }
        for (String one : given.split(",", -1)) {
            String bare = one.strip();
            if (bare.equals("*") || bare.equals(tag) || bare.equals("W/" + tag)) {
                return true;
            }
        }
        return false;
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The migration as it stands now, for the answer to a write. */
    Future<JsonObject> now(Call call, String name) {
        return detail.read(name).map(told -> told.to(call.caller().roles()));
    }
}
