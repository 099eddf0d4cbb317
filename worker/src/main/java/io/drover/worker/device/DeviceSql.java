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

    /** True of every device; where it is stated, the index of states may be used. */
    static final String BY_STATE = " AND state || '' > ''";
    /** True of every device; where it is stated, the index of waves may be used. */
    static final String BY_WAVE = " AND wave + 0 >= 0";
    /** True of every device; where it is stated, the index of changes may be used. */
    static final String BY_CHANGE = " AND changed_at + 0 >= 0";

    private DeviceSql() {}

    /** The condition that a device is in this state, in words that the state's own index is found by. */
    static String in(DeviceState state) {
        boolean ordered = state == DeviceState.PENDING || state == DeviceState.REGISTERED;
        return " AND state = '" + state.name() + "'" + (ordered ? " AND state IN ('PENDING', 'REGISTERED')" : BY_STATE);
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

    /** Of a SELECT that begins with {@link #COLUMNS}: by position, as a look-up by name goes through them all. */
    static DeviceRow row(Row row) {
        String credential = row.getString(3);
        String reason = row.getString(9);
        String negative = row.getString(16);
        String twin = row.getString(23);
        return new DeviceRow(
                new DeviceKey(row.getLong(0), row.getString(1)),
                row.getString(2),
                credential == null ? null : DeviceCredential.valueOf(credential),
                row.getInteger(4),
                DeviceState.valueOf(row.getString(5)),
                row.getInteger(6),
                row.getInteger(7),
                row.getLong(8),
                reason == null ? null : FailureReason.valueOf(reason),
                instant(row, 10),
                instant(row, 11),
                instant(row, 12),
                instant(row, 13),
                instant(row, 14),
                instant(row, 15),
                negative == null ? null : EvidenceKind.valueOf(negative),
                instant(row, 17),
                instant(row, 18),
                instant(row, 19),
                instant(row, 20),
                instant(row, 21),
                row.getString(22),
                twin == null ? null : TwinOutcome.valueOf(twin),
                instant(row, 24),
                row.getString(25),
                row.getInteger(26));
    }

    static Long millis(Instant instant) {
        return instant == null ? null : instant.toEpochMilli();
    }

    private static Instant instant(Row row, int column) {
        Long millis = row.getLong(column);
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }
}
