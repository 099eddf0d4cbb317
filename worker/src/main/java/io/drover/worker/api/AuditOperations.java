package io.drover.worker.api;

import io.drover.worker.migration.AuditChain;
import io.drover.worker.migration.AuditStore;
import io.drover.worker.migration.MigrationSearch.AuditFilter;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Reads of the audit. Confined to one event loop. */
final class AuditOperations {
    private static final String LIST = "audit";

    private final Serving serving;

    AuditOperations(Serving serving) {
        this.serving = serving;
    }

    void addTo(Map<String, Operation> operations) {
        operations.put("listAudit", this::list);
        operations.put("verifyAudit", this::verify);
    }

    private Future<Answer> list(Call call) {
        JsonArray cursor = Cursors.read(call.query("cursor"), LIST, Long.class);
        AuditFilter filter = new AuditFilter(call.query("migration"), call.query("actor"), call.query("verb"));
        int limit = call.limit();
        return serving.ledger()
                .search()
                .audit(filter, cursor == null ? Long.MAX_VALUE : cursor.getLong(1), limit)
                .map(page -> {
                    JsonArray items = new JsonArray();
                    page.forEach(entry -> items.add(entry(entry)));
                    return Answer.ok(new JsonObject()
                            .put("items", items)
                            .put(
                                    "next",
                                    page.size() < limit
                                            ? null
                                            : Cursors.of(
                                                    LIST,
                                                    page.get(page.size() - 1).sequence())));
                });
    }

    /** An AuditEntry. */
    static JsonObject entry(AuditStore.Entry entry) {
        return new JsonObject()
                .put("sequence", entry.sequence())
                .put("at", entry.at().toString())
                .put("actor", entry.actor())
                .put("verb", entry.verb())
                .put("migration", entry.migration())
                .put("detail", entry.detail())
                .put("hash", entry.hash());
    }

    private Future<Answer> verify(Call call) {
        AuditChain chain = new AuditChain(call.query("head"));
        AtomicLong records = new AtomicLong();
        String[] head = {AuditStore.ROOT};
        return serving.ledger()
                .audit()
                .eachPage(page -> serving.vertx().executeBlocking(() -> {
                    page.forEach(chain::add);
                    records.addAndGet(page.size());
                    if (!page.isEmpty()) {
                        head[0] = page.get(page.size() - 1).hash();
                    }
                    return null;
                }))
                .map(done -> Answer.ok(new JsonObject()
                        .put("holds", chain.holds())
                        .put("records", records.get())
                        .put("head", head[0])
                        .put("verdict", chain.verdict())));
    }
}
