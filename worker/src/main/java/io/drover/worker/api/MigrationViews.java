package io.drover.worker.api;

import io.drover.worker.db.Ledger;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceTimeline.Rates;
import io.drover.worker.migration.DefinitionStore.Kept;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationState;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Reads migrations as they stand, whoever carries them out, in a few statements however many they are. Confined to one event loop. */
final class MigrationViews {
    private final Serving serving;
    private final Ledger ledger;
    /** Names never change. */
    private final Map<Long, String> names = new HashMap<>();

    MigrationViews(Serving serving) {
        this.serving = serving;
        this.ledger = serving.ledger();
    }

    /** The one of this name; fails with 404. */
    Future<MigrationView> one(String name) {
        return of(List.of(name))
                .map(found -> found.stream()
                        .findFirst()
                        .orElseThrow(() -> Call.notFound(
                                "There is no migration '" + name + "'. GET /api/v1/migrations lists them.")));
    }

    /** The migration of this name, without how it stands, for what is asked of its devices; fails with 404, and with 409 for a draft. */
    Future<Migration> begun(String name) {
        return ledger.migrations()
                .find(name)
                .compose(found -> found.map(Future::succeededFuture)
                        .orElseGet(() -> one(name)
                                .map(view -> view.migration()
                                        .orElseThrow(() -> Refusals.conflict(
                                                "draft",
                                                "It is a draft",
                                                "'" + name + "' has not begun. Apply it first.")))));
    }

    /** Those of these names, in their order; what is not there is left out. */
    Future<List<MigrationView>> of(List<String> wanted) {
        return ledger.search()
                .named(wanted)
                .compose(migrations -> ledger.definitions()
                        .named(wanted)
                        .compose(kept -> ledger.search()
                                .counts(migrations.values().stream()
                                        .map(Migration::id)
                                        .toList())
                                .compose(counts -> names(migrations)
                                        .compose(known -> rates(migrations)
                                                .map(rates -> wanted.stream()
                                                        .map(name -> view(name, migrations, kept, counts, rates))
                                                        .filter(Objects::nonNull)
                                                        .toList())))));
    }

    private MigrationView view(
            String name,
            Map<String, Migration> migrations,
            Map<String, Kept> kept,
            Map<Long, Map<DeviceState, Long>> counts,
            Map<Long, Rates> rates) {
        Migration migration = migrations.get(name);
        Kept own = kept.get(name);
        if (migration == null && own == null) {
            return null;
        }
        Map<DeviceState, Long> every = new EnumMap<>(DeviceState.class);
        for (DeviceState state : DeviceState.values()) {
            every.put(state, 0L);
        }
        if (migration != null) {
            every.putAll(counts.getOrDefault(migration.id(), Map.of()));
        }
        return new MigrationView(
                name,
                Optional.ofNullable(migration),
                Optional.ofNullable(own),
                every,
                migration == null ? MigrationView.STILL : rates.getOrDefault(migration.id(), MigrationView.STILL),
                migration != null && migration.returns() != null
                        ? names.get(migration.returns())
                        : own != null && own.returning() != null
                                ? own.returning().forward()
                                : null);
    }

    /** Names of the migrations that these bring devices back of. */
    private Future<Void> names(Map<String, Migration> migrations) {
        Future<Void> all = Future.succeededFuture();
        for (Migration migration : migrations.values()) {
            Long forward = migration.returns();
            if (forward != null && !names.containsKey(forward)) {
                all = all.compose(done -> ledger.migrations().get(forward))
                        .onSuccess(found -> names.put(forward, found.name()))
                        .mapEmpty();
            }
        }
        return all;
    }

    /** Only what runs has a rate. */
    private Future<Map<Long, Rates>> rates(Map<String, Migration> migrations) {
        Map<Long, Rates> rates = new HashMap<>();
        Instant now = serving.clock().instant();
        Future<Map<Long, Rates>> all = Future.succeededFuture(rates);
        for (Migration migration : new ArrayList<>(migrations.values())) {
            boolean moves = migration.state() == MigrationState.RUNNING
                    || migration.state() == MigrationState.ABORTING
                    || migration.state() == MigrationState.PAUSED;
            if (moves && migration.startedAt() != null) {
                all = all.compose(done -> ledger.timeline().rates(migration.id(), migration.startedAt(), now))
                        .map(found -> {
                            rates.put(migration.id(), found);
                            return rates;
                        });
            }
        }
        return all;
    }
}
