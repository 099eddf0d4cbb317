package io.drover.worker.api;

import io.drover.worker.auth.Role;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.azure.quota.Quotas;
import io.drover.worker.device.DeviceCounts;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.FailureReason;
import io.drover.worker.dispatch.DispatchPace;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.Wave;
import io.drover.worker.migration.WaveState;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One migration in full: waves, reasons, quotas, and what can be done with it now. Confined to one event loop. */
final class MigrationDetail {
    private static final DeviceState[] RETRIED = {DeviceState.FAILED, DeviceState.CANCELLED};

    private final Serving serving;
    private final MigrationViews views;
    private final MigrationJson json;

    MigrationDetail(Serving serving, MigrationViews views, MigrationJson json) {
        this.serving = serving;
        this.views = views;
        this.json = json;
    }

    /** A verb that makes sense now, and the role that it takes. */
    record Verb(String name, Role role) {
        static Verb of(String name) {
            return new Verb(name, Role.OPERATOR);
        }
    }

    /** A Migration of the document, but for the verbs, which depend on who asks. */
    record Told(JsonObject migration, List<Verb> verbs) {
        /** For a caller with these roles. */
        JsonObject to(Set<Role> roles) {
            JsonArray allowed = new JsonArray();
            verbs.stream().filter(verb -> verb.role().allowedTo(roles)).forEach(verb -> allowed.add(verb.name()));
            return migration.copy().put("verbs", allowed);
        }
    }

    /** Fails with 404 when there is neither a migration nor a draft of this name. */
    Future<Told> read(String name) {
        return views.one(name)
                .compose(view -> plan(name)
                        .compose(plan -> view.migration().isEmpty()
                                ? Future.succeededFuture(told(view, plan, List.of()))
                                : begun(view, view.migration().get(), plan)));
    }

    private Future<JsonObject> plan(String name) {
        return serving.ledger()
                .plans()
                .find(name)
                .map(found -> found.map(plan -> new JsonObject()
                                .put("id", plan.id())
                                .put("status", plan.status().name().toLowerCase(Locale.ROOT))
                                .put("at", MigrationJson.text(plan.at())))
                        .orElse(null));
    }

    private Future<Told> begun(MigrationView view, Migration migration, JsonObject plan) {
        long id = migration.id();
        return serving.ledger()
                .migrations()
                .waves(id)
                .compose(waves -> serving.ledger()
                        .devices()
                        .counts(id)
                        .compose(counts -> serving.ledger()
                                .sourceChecks()
                                .alive(id)
                                .compose(alive -> serving.ledger()
                                        .paces()
                                        .rates()
                                        .map(rates -> {
                                            Told told = told(view, plan, waves);
                                            told.migration()
                                                    .put("aliveOnBothSides", alive)
                                                    .put("waves", MigrationJson.waves(waves, counts))
                                                    .put("reasons", reasons(counts));
                                            limits(told.migration(), view, migration, rates);
                                            return told;
                                        }))));
    }

    private Told told(MigrationView view, JsonObject plan, List<Wave> waves) {
        JsonObject migration = json.summary(view)
                .put("aliveOnBothSides", 0)
                .put("waves", new JsonArray())
                .put("reasons", new JsonArray())
                .put("quotas", new JsonArray())
                .put("bindingLimit", null)
                .put("bindingPerSecond", null)
                .put("commandsPerSecond", null)
                .put("plan", plan);
        return new Told(migration, List.copyOf(verbs(view, waves)));
    }

    /** Final devices by the ledger's counts; those that wait are all offline. */
    private static JsonArray reasons(DeviceCounts counts) {
        record Line(DeviceState state, FailureReason reason, long count) {}
        Map<DeviceState, Map<FailureReason, Long>> sums = new EnumMap<>(DeviceState.class);
        for (DeviceCounts.Entry entry : counts.entries()) {
            FailureReason reason = entry.state() == DeviceState.WAITING ? FailureReason.DEVICE_OFFLINE : entry.reason();
            if (reason != null) {
                sums.computeIfAbsent(entry.state(), state -> new EnumMap<>(FailureReason.class))
                        .merge(reason, entry.devices(), Long::sum);
            }
        }
        List<Line> lines = new ArrayList<>();
        sums.forEach((state, reasons) -> reasons.forEach((reason, count) -> lines.add(new Line(state, reason, count))));
        lines.sort(Comparator.comparingLong(Line::count).reversed());
        JsonArray array = new JsonArray();
        lines.forEach(line -> array.add(new JsonObject()
                .put("reason", line.reason().name())
                .put("state", line.state().name())
                .put("count", line.count())
                .put("text", line.reason().text())
                .put("nextAction", line.reason().nextAction())));
        return array;
    }

    private void limits(JsonObject told, MigrationView view, Migration migration, Map<String, Double> rates) {
        Optional<DispatchPace> pace = serving.runner().pipeline(view.name()).map(pipeline -> pipeline.pace());
        Set<String> hosts = new HashSet<>(serving.runner()
                .pipeline(view.name())
                .map(pipeline -> pipeline.hosts())
                .orElse(Set.of()));
        JsonArray quotas = new JsonArray();
        Set<String> seen = new HashSet<>();
        for (Quotas.Use use : serving.azure().quotas().uses(hosts)) {
            String name = use.limit().key() + '/' + use.host();
            seen.add(name);
            quotas.add(quota(use.limit().key(), use.host(), use.perSecond(), use.inForce())
                    .put("usedPerSecond", Math.round(use.usedPerSecond() * 10) / 10.0)
                    .put("throttled", use.throttled()));
        }
        String paced = null;
        for (Map.Entry<String, Double> rate : rates.entrySet()) {
            String host = rate.getKey().substring(rate.getKey().indexOf('/') + 1);
            if (hosts.contains(host) || isOf(migration, host)) {
                paced = rate.getKey();
                if (seen.add(rate.getKey())) {
                    quotas.add(paced(rate.getKey(), host));
                }
            }
        }
        String binding = pace.map(DispatchPace::name).orElse(paced);
        told.put("quotas", quotas)
                .put("bindingLimit", binding)
                .put(
                        "bindingPerSecond",
                        pace.map(DispatchPace::perSecond).orElse(binding == null ? null : rates.get(binding)))
                .put("commandsPerSecond", binding == null ? null : rates.get(binding));
    }

    /** A limit that only other processes use: what they use of it is not known here. */
    private JsonObject paced(String name, String host) {
        String key = name.substring(0, name.indexOf('/'));
        double documented = 0;
        for (AzureLimit limit : AzureLimit.values()) {
            if (limit.key().equals(key)) {
                documented = serving.azure().quotas().perSecond(limit, host);
            }
        }
        return quota(key, host, documented, documented).put("usedPerSecond", 0).put("throttled", 0);
    }

    private static JsonObject quota(String limit, String host, double perSecond, double inForce) {
        return new JsonObject()
                .put("limit", limit)
                .put("host", host)
                .put("perSecond", Math.round(perSecond * 1000) / 1000.0)
                .put("inForce", Math.round(inForce * 1000) / 1000.0);
    }

    /** Hosts begin with the service's name. */
    private static boolean isOf(Migration migration, String host) {
        String own = host.toLowerCase(Locale.ROOT);
        return own.startsWith(migration.sourceApplication().toLowerCase(Locale.ROOT) + ".")
                || own.startsWith(migration.target().toLowerCase(Locale.ROOT) + ".");
    }

    /** What makes sense as things stand. */
    private List<Verb> verbs(MigrationView view, List<Wave> waves) {
        List<Verb> verbs = new ArrayList<>();
        boolean defined = view.returns() == null
                && serving.definitions().json(view.name(), view.kept()).isPresent();
        if (view.migration().isEmpty()) {
            boolean draft = view.kept().filter(kept -> kept.appliedAt() == null).isPresent();
            if (draft) {
                verbs.addAll(List.of(Verb.of("plan"), Verb.of("apply"), Verb.of("delete")));
            } else if (serving.runner().trouble(view.name()) != null) {
                verbs.add(Verb.of("apply"));
            }
            return verbs;
        }
        MigrationState state = view.migration().get().state();
        boolean here = serving.runner().isRunning(view.name());
        boolean applied = view.kept().filter(kept -> kept.appliedAt() != null).isPresent();
        boolean troubled = serving.runner().trouble(view.name()) != null;
        if (!state.isFinal() && !here && (defined || applied) && (!applied || troubled)) {
            verbs.add(Verb.of("apply"));
        }
        switch (state) {
            case AWAITING_APPROVAL -> verbs.addAll(List.of(new Verb("approve", Role.APPROVER), Verb.of("abort")));
            case SCHEDULED, RUNNING -> verbs.addAll(List.of(Verb.of("pause"), Verb.of("abort")));
            case PAUSED -> {
                verbs.add(Verb.of("resume"));
                if (waves.stream().anyMatch(wave -> wave.state() == WaveState.HELD)) {
                    verbs.add(Verb.of("promote"));
                }
                verbs.add(Verb.of("abort"));
            }
            default -> {
                // Nothing steers what drains; what follows a final state comes below.
            }
        }
        addForDevices(verbs, view, state, defined);
        return verbs;
    }

    private static void addForDevices(List<Verb> verbs, MigrationView view, MigrationState state, boolean defined) {
        if (state != MigrationState.ABORTING && MigrationJson.any(view, RETRIED)) {
            verbs.add(Verb.of("retry"));
        }
        boolean quiet = state.isFinal() || state == MigrationState.PAUSED;
        if (quiet && defined && MigrationJson.any(view, DeviceState.MIGRATED)) {
            verbs.add(Verb.of("failback"));
            verbs.add(new Verb("cleanup", Role.ADMIN));
        }
    }
}
