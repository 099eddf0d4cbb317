package io.drover.worker.device;

import io.drover.worker.sql.Dialect;
import io.drover.worker.sql.Transactions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.templates.SqlTemplate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** The ledger's devices. Every change is one guarded move that writes row, history and counts in one transaction. */
public final class DeviceStore {
    private static final int CHANGE_PAGE = 1000;
    private static final int CLAIM_PAGE = 500;

    private final Transactions writes;
    private final Dialect dialect;
    private final WaveAssignment assignment;
    private final String discovery;
    private final DeviceWriter writer;
    private final DeviceReads reads;
    private final DeviceTransition transition;
    private final Clock clock;

    public DeviceStore(
            Vertx vertx,
            Pool reads,
            Transactions writes,
            Dialect dialect,
            MovePolicy policy,
            DeviceMeter meter,
            Clock clock) {
        this.writes = writes;
        this.dialect = dialect;
        this.assignment = new WaveAssignment(writes, dialect);
        this.discovery = "SELECT name FROM turn WHERE name = 'discovery'" + dialect.waiting();
        this.reads = new DeviceReads(reads, dialect);
        this.writer = new DeviceWriter(vertx, writes, dialect, meter, clock);
        this.transition = new DeviceTransition(policy);
        this.clock = clock;
    }

    /** What is only read. */
    public DeviceReads reads() {
        return reads;
    }

    /** Adds those not yet known; completes with how many were new. Call with at most a few thousand at a time. */
    public Future<Integer> insert(long migrationId, List<DiscoveredDevice> devices) {
        List<String> ids = devices.stream().map(DiscoveredDevice::deviceId).toList();
        return writes.run(connection -> assignment
                .inTurn(connection, migrationId)
                .compose(mine -> connection.query(discovery).execute())
                .compose(mine -> reads.known(connection, migrationId, ids))
                .compose(known -> DeviceReads.elsewhere(connection, migrationId, ids)
                        .compose(elsewhere -> insert(connection, migrationId, devices, known, Set.copyOf(elsewhere)))));
    }

    private Future<Integer> insert(
            SqlConnection connection,
            long migrationId,
            List<DiscoveredDevice> devices,
            Set<String> known,
            Set<String> elsewhere) {
        Instant now = clock.instant();
        Set<String> seen = new HashSet<>(known);
        DeviceCounts.Delta delta = new DeviceCounts.Delta();
        List<DeviceColumns.Stored> rows = new ArrayList<>();
        for (DiscoveredDevice found : devices) {
            if (seen.add(found.deviceId())) {
                DiscoveredDevice device = elsewhere.contains(found.deviceId()) && found.verdict() == null
                        ? found.refused(FailureReason.IN_OTHER_MIGRATION)
                        : found;
                DeviceRow row = DeviceRow.discovered(new DeviceKey(migrationId, device.deviceId()), device, now);
                rows.add(new DeviceColumns.Stored(row, device.position(), now.toEpochMilli()));
                delta.add(row.wave(), row.state(), row.reason(), 1);
            }
        }
        return rows.isEmpty()
                ? Future.succeededFuture(0)
                : DeviceColumns.INSERT
                        .write(connection, dialect, rows)
                        .compose(done -> WaveAssignment.add(connection, delta.parameters(migrationId)))
                        .map(done -> rows.size());
    }

    /**
     * Puts the first {@code devices} pending devices in order from one wave, or from none yet by 0, into another one; in pages, so
     * that no transaction holds many rows. Completes with how many; what a crash leaves undone can be asked for again.
     */
    public Future<Integer> assign(long migrationId, int from, int wave, long devices) {
        return assignment.assign(migrationId, from, wave, devices);
    }

    /** As the other, for devices that no wave has taken yet. */
    public Future<Integer> assign(long migrationId, int wave, long devices) {
        return assign(migrationId, 0, wave, devices);
    }

    /** Completes after the commit: true when the device's state moved. Evidence of an unknown device is dropped. */
    public Future<Boolean> record(DeviceKey key, Evidence evidence) {
        return record(key, evidence, false);
    }

    /** As {@link #record}, and the history keeps it even when it changes nothing: meant for answers to commands. */
    public Future<Boolean> recordAnswer(DeviceKey key, Evidence evidence) {
        return record(key, evidence, true);
    }

    private Future<Boolean> record(DeviceKey key, Evidence evidence, boolean always) {
        return writer.submit(change(key, evidence, always)).map(DeviceWriter.Result::moved);
    }

    private DeviceChange change(DeviceKey key, Evidence evidence, boolean always) {
        return new DeviceChange(
                key,
                row -> transition.apply(row, evidence),
                evidence.kind().name(),
                evidence.at(),
                evidence.detail(),
                always);
    }

    /**
     * As {@link #record} for many devices of a migration, by id; completes after the last commit with the state that each
     * of them is in then, those left out that the migration does not know.
     */
    public Future<Map<String, DeviceState>> recordAll(long migrationId, Map<String, Evidence> evidence) {
        List<DeviceChange> changes = new ArrayList<>(evidence.size());
        evidence.forEach((id, one) -> changes.add(change(new DeviceKey(migrationId, id), one, false)));
        return writer.submitAll(changes);
    }

    /**
     * Takes due devices of the opened waves for one more command each; COMMANDED is committed when this completes, and
     * only then may requests be sent.
     */
    public Future<List<DeviceRow>> claim(DeviceClaim claim) {
        Map<String, Object> parameters = Map.of(
                "migration_id", claim.migrationId(),
                "wave", claim.openWaves(),
                "now", claim.now().toEpochMilli(),
                "looked", claim.lookedAt() == null ? -1L : claim.lookedAt().toEpochMilli(),
                "limit", claim.limit());
        String order = claim.state() == DeviceState.WAITING ? "next_attempt_at" : "wave, position";
        return writer.change(
                DeviceSql.in(claim.state()) + " AND wave > 0 AND wave <= #{wave}"
                        + " AND (next_attempt_at IS NULL OR next_attempt_at <= #{now})"
                        + " AND (look_after IS NULL OR look_after <= #{looked})"
                        + except(claim.exceptWaves())
                        + " ORDER BY " + order + ", device_id LIMIT #{limit}",
                parameters,
                row -> transition.claim(row, claim.now(), claim.answerDeadline(), claim.owner()),
                EvidenceKind.COMMAND_SENT.name(),
                claim.now(),
                null);
    }

    private static String except(Set<Integer> waves) {
        return waves.isEmpty()
                ? ""
                : " AND wave NOT IN ("
                        + waves.stream().sorted().map(String::valueOf).collect(Collectors.joining(", ")) + ")";
    }

    /** As {@link #claim}, exactly those of these devices that are ready in this wave, for one owner. */
    public Future<List<DeviceRow>> claim(ListedClaim claim) {
        return claimPages(
                claim,
                " AND wave = #{wave} AND state = 'REGISTERED'"
                        + " AND (next_attempt_at IS NULL OR next_attempt_at <= #{now})"
                        + " AND (look_after IS NULL OR look_after <= #{looked})",
                null);
    }

    /** Makes these devices an owner's that commanded them unasked, whatever their wave, unless they are on their way. */
    public Future<List<DeviceRow>> adopt(ListedClaim claim, String detail) {
        return claimPages(claim, " AND state IN ('PENDING', 'REGISTERED', 'WAITING')", detail);
    }

    private Future<List<DeviceRow>> claimPages(ListedClaim claim, String condition, String detail) {
        List<DeviceRow> all = new ArrayList<>();
        Map<String, Object> parameters = Map.of(
                "migration_id", claim.migrationId(),
                "wave", claim.wave(),
                "now", claim.now().toEpochMilli(),
                "looked", claim.lookedAt() == null ? -1L : claim.lookedAt().toEpochMilli());
        Future<Void> pages = Future.succeededFuture();
        for (int from = 0; from < claim.ids().size(); from += CLAIM_PAGE) {
            List<String> page = claim.ids()
                    .subList(from, Math.min(from + CLAIM_PAGE, claim.ids().size()));
            pages = pages.compose(done -> writer.change(
                            condition + " AND device_id IN (" + DeviceSql.placeholders(CLAIM_PAGE)
                                    + ") ORDER BY device_id",
                            DeviceSql.listed(parameters, page, CLAIM_PAGE),
                            row -> transition.claim(row, claim.now(), claim.answerDeadline(), claim.owner()),
                            EvidenceKind.COMMAND_SENT.name(),
                            claim.now(),
                            detail))
                    .onSuccess(all::addAll)
                    .mapEmpty();
        }
        return pages.map(done -> all);
    }

    /** Which devices to take of one wave; see {@link DeviceClaim}. */
    public record ListedClaim(
            long migrationId,
            int wave,
            List<String> ids,
            Instant now,
            Instant lookedAt,
            Duration answerDeadline,
            String owner) {
        public ListedClaim {
            ids = List.copyOf(ids);
        }
    }

    /**
     * Makes an owner's unanswered devices ready again, as their commands were not sent; completes with how many.
     *
     * @param look whether a look at the target is owed before the next command all the same
     */
    public Future<Integer> withdraw(long migrationId, String owner, boolean look, String detail) {
        Instant now = clock.instant();
        return writer.change(
                        DeviceSql.BY_STATE + " AND state = 'COMMANDED' AND negative IS NULL AND owner = #{owner}"
                                + " ORDER BY device_id LIMIT #{limit}",
                        Map.of("migration_id", migrationId, "owner", owner, "limit", CHANGE_PAGE),
                        row -> transition.withdraw(row, now, look),
                        "NOT_SENT",
                        now,
                        detail)
                .compose(changed -> changed.isEmpty()
                        ? Future.succeededFuture(0)
                        : withdraw(migrationId, owner, look, detail).map(more -> changed.size() + more));
    }

    /** The verdict on a passed deadline; call only after a target look that began after it found nothing. */
    public Future<Boolean> expire(DeviceRow row, Instant now, boolean again) {
        return changeUnlessMoved(row, current -> transition.expire(current, now, again), "DEADLINE", reason(row), now);
    }

    /**
     * Commands a waiting device before any other, as it has been seen at the source again; see
     * {@link DeviceTransition#awake}. Completes after the commit, with false when this changed nothing.
     */
    public Future<Boolean> awake(DeviceKey key, Instant at, String detail) {
        return writer.submit(new DeviceChange(key, transition::awake, "SEEN_AT_SOURCE", at, detail, false))
                .map(DeviceWriter.Result::changed);
    }

    /** Takes a failed or cancelled device up again; false when it is neither any more. */
    public Future<Boolean> retry(DeviceRow row, String detail) {
        Instant now = clock.instant();
        return changeUnlessMoved(row, current -> transition.retry(current, now), "RETRY", detail, now);
    }

    private Future<Boolean> changeUnlessMoved(
            DeviceRow row, UnaryOperator<DeviceRow> change, String event, String detail, Instant at) {
        return writer.submit(new DeviceChange(
                        row.key(),
                        current -> current.equals(row) ? change.apply(current) : current,
                        event,
                        at,
                        detail,
                        false))
                .map(DeviceWriter.Result::changed);
    }

    private static String reason(DeviceRow row) {
        return row.reason() == null ? null : row.reason().name();
    }

    /** Makes a wave's pending devices ready for commands; completes with how many. */
    public Future<Integer> release(long migrationId, int wave, String detail) {
        return changeAll(migrationId, wave, DeviceState.PENDING, "RELEASED", detail, DeviceStore::registered);
    }

    private static DeviceRow registered(DeviceRow row) {
        DeviceRowBuilder next = row.change();
        next.state = DeviceState.REGISTERED;
        return next.build();
    }

    /**
     * Makes those of these devices ready for commands that are pending in this wave; completes with how many.
     *
     * @param looked what they prove themselves with, by id, as far as somebody has looked
     */
    public Future<Integer> release(
            long migrationId, int wave, List<String> ids, Map<String, DeviceCredential> looked, String detail) {
        return changePending(
                migrationId, wave, ids, "RELEASED", detail, row -> registered(withCredential(row, looked)));
    }

    private static DeviceRow withCredential(DeviceRow row, Map<String, DeviceCredential> looked) {
        DeviceCredential credential = looked.get(row.deviceId());
        if (credential == null) {
            return row;
        }
        DeviceRowBuilder next = row.change();
        next.credential = credential;
        return next.build();
    }

    /** Keeps that the target had these devices as provisioned before they were admitted there; repeating it changes nothing. */
    public Future<Void> noteKnown(long migrationId, Collection<String> ids) {
        return ids.isEmpty()
                ? Future.succeededFuture()
                : writes.run(connection -> SqlTemplate.forUpdate(connection, DeviceSql.KNOWN_BEFORE)
                        .executeBatch(ids.stream()
                                .sorted()
                                .<Map<String, Object>>map(id -> Map.of("migration_id", migrationId, "device_id", id))
                                .toList())
                        .mapEmpty());
    }

    /** Keeps, in row and history, that a moved device was deleted at the source. */
    public Future<Void> removed(DeviceRow row, String detail) {
        long now = clock.millis();
        DeviceColumns.Line line = new DeviceColumns.Line(
                row.key(), now, row.attempt(), row.state(), row.state(), "SOURCE_REMOVED", detail);
        Map<String, Object> values =
                Map.of("migration_id", row.key().migrationId(), "device_id", row.deviceId(), "at", now);
        return writes.run(connection -> SqlTemplate.forUpdate(connection, DeviceSql.REMOVAL)
                .execute(values)
                .compose(done -> DeviceColumns.HISTORY.write(connection, dialect, List.of(line)))
                .mapEmpty());
    }

    /** Fails those of these devices that are pending in this wave, each for its reason; completes with how many. */
    public Future<Integer> refuse(
            long migrationId,
            int wave,
            Map<String, FailureReason> reasons,
            Map<String, DeviceCredential> looked,
            String detail) {
        Instant now = clock.instant();
        return changePending(
                migrationId,
                wave,
                reasons.keySet().stream().sorted().toList(),
                "REFUSED",
                detail,
                row -> transition.fail(withCredential(row, looked), now, reasons.get(row.deviceId())));
    }

    private Future<Integer> changePending(
            long migrationId,
            int wave,
            List<String> ids,
            String event,
            String detail,
            UnaryOperator<DeviceRow> change) {
        Instant now = clock.instant();
        Map<String, Object> parameters = Map.of("migration_id", migrationId, "wave", wave);
        Future<Integer> pages = Future.succeededFuture(0);
        for (int from = 0; from < ids.size(); from += CLAIM_PAGE) {
            List<String> page = ids.subList(from, Math.min(from + CLAIM_PAGE, ids.size()));
            pages = pages.compose(before -> writer.change(
                            " AND state = 'PENDING' AND wave = #{wave} AND device_id IN ("
                                    + DeviceSql.placeholders(CLAIM_PAGE) + ") ORDER BY device_id",
                            DeviceSql.listed(parameters, page, CLAIM_PAGE),
                            change,
                            event,
                            now,
                            detail)
                    .map(changed -> before + changed.size()));
        }
        return pages;
    }

    /** Gives up a wave's devices of one state that is not in flight; completes with how many. */
    public Future<Integer> giveUp(long migrationId, int wave, DeviceState from, FailureReason reason, String detail) {
        boolean quiet = Set.of(DeviceState.PENDING, DeviceState.REGISTERED, DeviceState.WAITING)
                .contains(from);
        if (!quiet) {
            return Future.failedFuture(new IllegalArgumentException(from + " devices may be on their way"));
        }
        Instant now = clock.instant();
        return changeAll(migrationId, wave, from, "GIVEN_UP", detail, row -> transition.fail(row, now, reason));
    }

    /** In pages, so that no transaction holds many rows; each page leaves the state that the next one looks for. */
    private Future<Integer> changeAll(
            long migrationId,
            int wave,
            DeviceState from,
            String event,
            String detail,
            UnaryOperator<DeviceRow> change) {
        String order = from == DeviceState.WAITING ? "device_id" : "position, device_id";
        return writer.change(
                        DeviceSql.in(from) + " AND wave = #{wave} ORDER BY " + order + " LIMIT #{limit}",
                        Map.of("migration_id", migrationId, "wave", wave, "limit", CHANGE_PAGE),
                        change,
                        event,
                        clock.instant(),
                        detail)
                .compose(changed -> changed.isEmpty()
                        ? Future.succeededFuture(0)
                        : changeAll(migrationId, wave, from, event, detail, change)
                                .map(more -> changed.size() + more));
    }

    /** Notes for each command of a lost worker that its outcome is unknown; completes with how many. */
    public Future<Integer> ownerLost(long migrationId, String owner) {
        return ownerLost(migrationId, owner, "the worker that sent it was lost");
    }

    /** As {@link #ownerLost(long, String)}, saying what was lost. */
    public Future<Integer> ownerLost(long migrationId, String owner, String detail) {
        return reads.ownedBy(migrationId, owner).compose(rows -> {
            Instant now = clock.instant();
            List<Future<Boolean>> noted = rows.stream()
                    .map(row -> recordAnswer(row.key(), Evidence.unknownOutcome(now, row.attempt(), detail)))
                    .toList();
            return Future.all(noted).map(done -> rows.size());
        });
    }

    /** Counts by wave, state and reason. */
    public Future<DeviceCounts> counts(long migrationId) {
        return reads.counts(migrationId);
    }

    /** Which of these ids are devices of the migration in one of these states. */
    public Future<List<String>> known(long migrationId, Collection<String> ids, Set<DeviceState> in) {
        return reads.known(migrationId, ids, in);
    }
}
