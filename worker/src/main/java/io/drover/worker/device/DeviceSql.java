package io.drover.worker.device;

import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The SQL text of device rows, the same for SQLite and PostgreSQL. Instants are kept as epoch milliseconds. */
final class DeviceSql {
    static final String COLUMNS =
            "migration_id, device_id, template, credential, wave, state, attempt, retries, revision, reason,"
                    + " commanded_at, attempt_at, accepted_at, assigned_at, connected_at, telemetry_at, negative, negative_at,"
                    + " deadline_at, next_attempt_at, look_after, finished_at, assigned_hub, twin, twin_at, owner,"
                    + " seen_attempt";
    static final String SELECT = "SELECT " + COLUMNS + " FROM device WHERE migration_id = #{migration_id}";
    static final String INSERT = "INSERT INTO device (" + COLUMNS + ", position, changed_at) VALUES (#{migration_id},"
            + " #{device_id}, #{template}, #{credential}, #{wave}, #{state}, #{attempt}, #{retries}, #{revision}, #{reason},"
            + " #{commanded_at}, #{attempt_at}, #{accepted_at}, #{assigned_at}, #{connected_at}, #{telemetry_at},"
            + " #{negative}, #{negative_at}, #{deadline_at}, #{next_attempt_at}, #{look_after}, #{finished_at},"
            + " #{assigned_hub}, #{twin}, #{twin_at}, #{owner}, #{seen_attempt}, #{position}, #{changed_at}) ON CONFLICT (migration_id, device_id) DO NOTHING";
    static final String MOVE =
            "UPDATE device SET changed_at = #{changed_at}, credential = #{credential}, state = #{state}, attempt = #{attempt}, retries = #{retries},"
                    + " revision = revision + 1, reason = #{reason}, commanded_at = #{commanded_at},"
                    + " attempt_at = #{attempt_at}, accepted_at = #{accepted_at}, assigned_at = #{assigned_at},"
                    + " connected_at = #{connected_at}, telemetry_at = #{telemetry_at}, negative = #{negative},"
                    + " negative_at = #{negative_at}, deadline_at = #{deadline_at}, next_attempt_at = #{next_attempt_at},"
                    + " look_after = #{look_after}, finished_at = #{finished_at}, assigned_hub = #{assigned_hub},"
                    + " twin = #{twin}, twin_at = #{twin_at}, owner = #{owner}, seen_attempt = #{seen_attempt}"
                    + " WHERE migration_id = #{migration_id} AND device_id = #{device_id} AND revision = #{revision}";
    static final String HISTORY = "INSERT INTO device_history (migration_id, device_id, at, attempt, from_state,"
            + " to_state, event, detail) VALUES (#{migration_id}, #{device_id}, #{at}, #{attempt}, #{from_state},"
            + " #{to_state}, #{event}, #{detail})";

    static final String KNOWN_BEFORE = "INSERT INTO known_before (migration_id, device_id) VALUES (#{migration_id},"
            + " #{device_id}) ON CONFLICT (migration_id, device_id) DO NOTHING";

    static final String REMOVAL = "INSERT INTO source_removal (migration_id, device_id, removed_at) VALUES"
            + " (#{migration_id}, #{device_id}, #{at}) ON CONFLICT (migration_id, device_id) DO NOTHING";

    static final String COUNT = "INSERT INTO device_count (migration_id, wave, state, reason, n) VALUES"
            + " (#{migration_id}, #{wave}, #{state}, #{reason}, #{n}) ON CONFLICT (migration_id, wave, state, reason)"
            + " DO UPDATE SET n = device_count.n + excluded.n";

    private DeviceSql() {}

    /** A list of {@code size} placeholders {@code #{d0}, #{d1} …} for an IN clause of fixed size. */
    static String placeholders(int size) {
        StringBuilder list = new StringBuilder();
        for (int i = 0; i < size; i++) {
            list.append(i == 0 ? "" : ", ").append("#{d").append(i).append('}');
        }
        return list.toString();
    }

    /** These parameters with those of {@link #placeholders}; the last id fills what is left. */
    static Map<String, Object> listed(Map<String, Object> others, List<String> ids, int size) {
        Map<String, Object> parameters = new HashMap<>(others);
        for (int i = 0; i < size; i++) {
            parameters.put("d" + i, ids.get(Math.min(i, ids.size() - 1)));
        }
        return parameters;
    }

    static Map<String, Object> parameters(DeviceRow row) {
        Map<String, Object> values = new HashMap<>();
        values.put("migration_id", row.key().migrationId());
        values.put("device_id", row.deviceId());
        values.put("template", row.template());
        values.put(
                "credential", row.credential() == null ? null : row.credential().name());
        values.put("wave", row.wave());
        values.put("state", row.state().name());
        values.put("attempt", row.attempt());
        values.put("retries", row.retries());
        values.put("revision", row.revision());
        values.put("reason", row.reason() == null ? null : row.reason().name());
        values.put("commanded_at", millis(row.commandedAt()));
        values.put("attempt_at", millis(row.attemptAt()));
        values.put("accepted_at", millis(row.acceptedAt()));
        values.put("assigned_at", millis(row.assignedAt()));
        values.put("connected_at", millis(row.connectedAt()));
        values.put("telemetry_at", millis(row.telemetryAt()));
        values.put("negative", row.negative() == null ? null : row.negative().name());
        values.put("negative_at", millis(row.negativeAt()));
        values.put("deadline_at", millis(row.deadlineAt()));
        values.put("next_attempt_at", millis(row.nextAttemptAt()));
        values.put("look_after", millis(row.lookAfter()));
        values.put("finished_at", millis(row.finishedAt()));
        values.put("assigned_hub", row.assignedHub());
        values.put("twin", row.twin() == null ? null : row.twin().name());
        values.put("twin_at", millis(row.twinAt()));
        values.put("owner", row.owner());
        values.put("seen_attempt", row.seenAttempt());
        return values;
    }

    static DeviceRow row(Row row) {
        String credential = row.getString("credential");
        String reason = row.getString("reason");
        String negative = row.getString("negative");
        String twin = row.getString("twin");
        return new DeviceRow(
                new DeviceKey(row.getLong("migration_id"), row.getString("device_id")),
                row.getString("template"),
                credential == null ? null : DeviceCredential.valueOf(credential),
                row.getInteger("wave"),
                DeviceState.valueOf(row.getString("state")),
                row.getInteger("attempt"),
                row.getInteger("retries"),
                row.getLong("revision"),
                reason == null ? null : FailureReason.valueOf(reason),
                instant(row, "commanded_at"),
                instant(row, "attempt_at"),
                instant(row, "accepted_at"),
                instant(row, "assigned_at"),
                instant(row, "connected_at"),
                instant(row, "telemetry_at"),
                negative == null ? null : EvidenceKind.valueOf(negative),
                instant(row, "negative_at"),
                instant(row, "deadline_at"),
                instant(row, "next_attempt_at"),
                instant(row, "look_after"),
                instant(row, "finished_at"),
                row.getString("assigned_hub"),
                twin == null ? null : TwinOutcome.valueOf(twin),
                instant(row, "twin_at"),
                row.getString("owner"),
                row.getInteger("seen_attempt"));
    }

    /** The parameters of {@link #REMOVAL} and of its line in the history. */
    static Map<String, Object> removal(DeviceRow row, Instant at, String detail) {
        Map<String, Object> values = new HashMap<>();
        values.put("migration_id", row.key().migrationId());
        values.put("device_id", row.deviceId());
        values.put("at", at.toEpochMilli());
        values.put("attempt", row.attempt());
        values.put("from_state", row.state().name());
        values.put("to_state", row.state().name());
        values.put("event", "SOURCE_REMOVED");
        values.put("detail", detail);
        return values;
    }

    static Long millis(Instant instant) {
        return instant == null ? null : instant.toEpochMilli();
    }

    private static Instant instant(Row row, String column) {
        Long millis = row.getLong(column);
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }
}
