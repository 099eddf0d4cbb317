package io.drover.worker.api;

import io.drover.worker.device.DeviceKey;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceSearch.Filter;
import io.drover.worker.device.DeviceSearch.Found;
import io.drover.worker.device.DeviceSearch.Order;
import io.drover.worker.device.DeviceSearch.Position;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceTimeline.Bucket;
import io.drover.worker.device.DeviceTimeline.Event;
import io.drover.worker.device.FailureReason;
import io.drover.worker.migration.Migration;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads of a migration's devices. Confined to one event loop. */
final class DeviceOperations {
    private static final int MOST_HISTORY = 1000;
    private static final int MOST_POINTS = 300;
    private static final Duration FRESH = Duration.ofSeconds(2);
    private static final int MOST_CACHED = 100;
    private static final long[] WIDTHS = {1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400};

    private final Serving serving;
    private final MigrationViews views;
    private final MigrationDetail detail;
    private final Map<Long, Throughput> throughputs = new LinkedHashMap<>();

    private record Throughput(Instant at, Future<JsonObject> answer) {}

    DeviceOperations(Serving serving, MigrationViews views, MigrationDetail detail) {
        this.serving = serving;
        this.views = views;
        this.detail = detail;
    }

    void addTo(Map<String, Operation> operations) {
        operations.put("listDevices", this::list);
        operations.put("getDevice", this::get);
        operations.put("getThroughput", this::throughput);
    }

    private Future<Answer> list(Call call) {
        String state = call.query("state");
        FailureReason reason = reason(call.query("reason"));
        String sort = call.query("sort") == null ? "device" : call.query("sort");
        Order order = switch (sort) {
            case "changed" -> Order.CHANGED;
            case "-changed" -> Order.LAST_CHANGED;
            default -> Order.DEVICE;
        };
        Filter filter = new Filter(
                state == null ? null : DeviceState.valueOf(state), reason, call.integer("wave"), call.query("search"));
        JsonArray cursor = Cursors.read(call.query("cursor"), sort, Long.class, String.class);
        Position after = cursor == null ? null : new Position(cursor.getLong(1), cursor.getString(2));
        int limit = call.limit();
        if (reason == null && call.query("reason") != null) {
            // A reason that no device can have.
            return views.begun(call.migration())
                    .map(migration -> Answer.ok(
                            new JsonObject().put("items", new JsonArray()).put("next", null)));
        }
        return views.begun(call.migration())
                .compose(migration -> serving.ledger().deviceSearch().page(migration.id(), filter, order, after, limit))
                .map(page -> {
                    JsonArray items = new JsonArray();
                    page.forEach(found -> items.add(device(found)));
                    Position end = page.size() < limit
                            ? null
                            : page.get(page.size() - 1).position();
                    return Answer.ok(new JsonObject()
                            .put("items", items)
                            .put("next", end == null ? null : Cursors.of(sort, end.changedAt(), end.deviceId())));
                });
    }

    private static FailureReason reason(String name) {
        return Arrays.stream(FailureReason.values())
                .filter(reason -> reason.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private Future<Answer> get(Call call) {
        String id = call.path("device");
        return views.begun(call.migration()).compose(migration -> {
            DeviceKey key = new DeviceKey(migration.id(), id);
            return serving.ledger()
                    .deviceSearch()
                    .find(key)
                    .compose(found -> found.map(device -> whole(key, device).map(Answer::ok))
                            .orElseGet(() -> Future.failedFuture(Call.notFound(
                                    "Migration '" + migration.name() + "' has no device '" + id + "'."))));
        });
    }

    private Future<JsonObject> whole(DeviceKey key, Found found) {
        List<String> one = List.of(key.deviceId());
        long migration = key.migrationId();
        return serving.ledger()
                .timeline()
                .history(key, MOST_HISTORY)
                .compose(events -> serving.ledger()
                        .owned()
                        .found(migration, one)
                        .compose(owned -> serving.ledger()
                                .devices()
                                .reads()
                                .removed(migration, one)
                                .compose(removed -> serving.ledger()
                                        .sourceChecks()
                                        .aliveOf(migration, key.deviceId())
                                        .map(alive -> {
                                            JsonArray differences = new JsonArray();
                                            if (owned.containsKey(key.deviceId())) {
                                                owned.get(key.deviceId())
                                                        .differences()
                                                        .forEach(text -> differences.add(new JsonObject()
                                                                .put("path", text)
                                                                .put(
                                                                        "kind",
                                                                        String.valueOf(found.row()
                                                                                .twin()))));
                                            }
                                            return device(found)
                                                    .put("history", history(events))
                                                    .put("differences", differences)
                                                    .put("removedAtSource", !removed.isEmpty())
                                                    .put("aliveOnBothSides", alive.orElse(null));
                                        }))));
    }

    private static JsonArray history(List<Event> events) {
        JsonArray history = new JsonArray();
        events.forEach(event -> history.add(new JsonObject()
                .put("at", MigrationJson.text(event.at()))
                .put("attempt", event.attempt())
                .put("from", event.from())
                .put("to", event.to())
                .put("event", event.event())
                .put("detail", event.detail())));
        return history;
    }

    private static JsonObject device(Found found) {
        DeviceRow row = found.row();
        FailureReason reason = row.reason();
        return new JsonObject()
                .put("device", row.deviceId())
                .put("state", row.state().name())
                .put("reason", reason == null ? null : reason.name())
                .put("reasonText", reason == null ? null : reason.text())
                .put("nextAction", reason == null ? null : reason.nextAction())
                .put("wave", row.wave())
                .put("template", row.template())
                .put(
                        "credential",
                        row.credential() == null ? null : row.credential().name())
                .put("attempt", row.attempt())
                .put("assignedHub", row.assignedHub())
                .put("commandedAt", MigrationJson.text(row.commandedAt()))
                .put("acceptedAt", MigrationJson.text(row.acceptedAt()))
                .put("assignedAt", MigrationJson.text(row.assignedAt()))
                .put("connectedAt", MigrationJson.text(row.connectedAt()))
                .put("telemetryAt", MigrationJson.text(row.telemetryAt()))
                .put("deadlineAt", MigrationJson.text(row.deadlineAt()))
                .put("nextAttemptAt", MigrationJson.text(row.nextAttemptAt()))
                .put("finishedAt", MigrationJson.text(row.finishedAt()))
                .put("changedAt", MigrationJson.text(found.changedAt()));
    }

    /** Counted once in two seconds however many ask. */
    private Future<Answer> throughput(Call call) {
        return views.one(call.migration())
                .compose(view -> view.migration()
                        .map(migration -> shared(view.name(), migration))
                        .orElseGet(() -> Future.succeededFuture(points(List.of(), 1, null))))
                .map(Answer::ok);
    }

    private Future<JsonObject> shared(String name, Migration migration) {
        Instant now = serving.clock().instant();
        throughputs.values().removeIf(kept -> kept.at().plus(FRESH).isBefore(now));
        if (throughputs.size() >= MOST_CACHED && !throughputs.containsKey(migration.id())) {
            throughputs.remove(throughputs.keySet().iterator().next());
        }
        return throughputs
                .computeIfAbsent(migration.id(), id -> new Throughput(now, count(name, migration)))
                .answer();
    }

    private Future<JsonObject> count(String name, Migration migration) {
        return detail.read(name)
                .compose(told -> serving.ledger()
                        .timeline()
                        .span(migration.id())
                        .compose(span -> {
                            Number limit = (Number) told.migration().getValue("bindingPerSecond");
                            if (span.isEmpty()) {
                                return Future.succeededFuture(points(List.of(), 1, limit));
                            }
                            long width = width(
                                    Duration.between(span.get(0), span.get(1)).toSeconds());
                            return serving.ledger()
                                    .timeline()
                                    .ends(migration.id(), span.get(0), Duration.ofSeconds(width))
                                    .map(buckets -> points(buckets, width, limit));
                        }));
    }

    /** The narrowest that gives no more points than allowed. */
    private static long width(long seconds) {
        for (long width : WIDTHS) {
            if (seconds / width + 2 <= MOST_POINTS) {
                return width;
            }
        }
        return seconds / (MOST_POINTS - 2) + 1;
    }

    private static JsonObject points(List<Bucket> buckets, long width, Number limit) {
        JsonArray points = new JsonArray();
        Instant next = buckets.isEmpty() ? null : buckets.get(0).at();
        for (Bucket bucket : buckets) {
            for (; next.isBefore(bucket.at()); next = next.plusSeconds(width)) {
                points.add(point(next, 0, 0));
            }
            points.add(point(bucket.at(), bucket.arrived(), bucket.failed()));
            next = bucket.at().plusSeconds(width);
        }
        return new JsonObject()
                .put("seconds", width)
                .put("limitPerSecond", limit)
                .put("points", points);
    }

    private static JsonObject point(Instant at, long arrived, long failed) {
        return new JsonObject().put("at", at.toString()).put("arrived", arrived).put("failed", failed);
    }
}
