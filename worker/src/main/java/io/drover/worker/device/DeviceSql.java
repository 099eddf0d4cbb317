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
    static final String KNOWN_BEFORE = "INSERT INTO known_before (migration_id, device_id) VALUES (#{migration_id},"
            + " #{device_id}) ON CONFLICT (migration_id, device_id) DO NOTHING";

    static final String REMOVAL = "INSERT INTO source_removal (migration_id, device_id, removed_at) VALUES"
            + " (#{migration_id}, #{device_id}, #{at}) ON CONFLICT (migration_id, device_id) DO NOTHING";

    static final String COUNT = "INSERT INTO device_count (migration_id, wave, state, reason, n) VALUES"
            + " (#{migration_id}, #{wave}, #{state}, #{reason}, #{n}) ON CONFLICT (migration_id, wave, state, reason)"
            + " DO UPDATE SET n = device_count.n + excluded.n";

    private DeviceSql() {}

    /** The condition that a device is in this state, in words that the state's own index is found by. */
    static String in(DeviceState state) {
        boolean ordered = state == DeviceState.PENDING || state == DeviceState.REGISTERED;
        return " AND state = '" + state.name() + "'" + (ordered ? " AND state IN ('PENDING', 'REGISTERED')" : "");
    }

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

    static Long millis(Instant instant) {
        return instant == null ? null : instant.toEpochMilli();
    }

    private static Instant instant(Row row, String column) {
        Long millis = row.getLong(column);
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }
}
