package io.drover.worker.device;

import io.drover.worker.device.DeviceSearch.Filter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;

/** A large ledger as in the middle of a migration, and the lists that are asked of it. */
public final class SpreadDevices {
    private static final long HOUR_MILLIS = 3_600_000;

    private SpreadDevices() {}

    /**
     * Spreads all devices over states, reasons, four waves and the last hour: most have moved, some wait, a few have failed.
     *
     * @param prefix what each id begins with; a number follows
     */
    public static void spread(Connection connection, String prefix) throws SQLException {
        String number = "CAST(SUBSTR(device_id, %d) AS BIGINT)".formatted(prefix.length() + 1);
        String then = "%d + (%s * 7919) %% %d".formatted(System.currentTimeMillis() - HOUR_MILLIS, number, HOUR_MILLIS);
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("""
                    UPDATE device SET wave = 1 + {n} % 4, changed_at = {then},
                        state = CASE WHEN {n} % 10 < 7 THEN 'MIGRATED' WHEN {n} % 10 < 9 THEN 'WAITING'
                            WHEN {n} % 1000 = 9 THEN 'FAILED' ELSE 'PENDING' END,
                        reason = CASE WHEN {n} % 10 < 7 THEN NULL WHEN {n} % 10 < 9 THEN 'DEVICE_OFFLINE'
                            WHEN {n} % 1000 = 9 THEN 'SILENT' ELSE NULL END,
                        finished_at = CASE WHEN {n} % 10 < 7 THEN {then} ELSE NULL END
                    """.replace("{n}", number).replace("{then}", then));
            statement.executeUpdate("DELETE FROM device_count");
            statement.executeUpdate("""
                    INSERT INTO device_count (migration_id, wave, state, reason, n)
                    SELECT migration_id, wave, state, CASE WHEN state = 'FAILED' THEN reason ELSE '' END, COUNT(*)
                    FROM device GROUP BY 1, 2, 3, 4
                    """);
        }
    }

    /**
     * What lists are filtered by, by a name for a person.
     *
     * @param beginning of ids of which there are some
     * @param part of ids of which there are few
     */
    public static Map<String, Filter> filters(String beginning, String part) {
        Map<String, Filter> filters = new LinkedHashMap<>();
        filters.put("any", new Filter(null, null, null, null));
        filters.put("state of most", new Filter(DeviceState.MIGRATED, null, null, null));
        filters.put("state of few", new Filter(DeviceState.FAILED, null, null, null));
        filters.put("state of none", new Filter(DeviceState.COMMANDED, null, null, null));
        filters.put("reason of many", new Filter(null, FailureReason.DEVICE_OFFLINE, null, null));
        filters.put("reason of few", new Filter(null, FailureReason.SILENT, null, null));
        filters.put("wave", new Filter(null, null, 2, null));
        filters.put("state and wave", new Filter(DeviceState.WAITING, null, 3, null));
        filters.put(
                "state and reason that no device has",
                new Filter(DeviceState.MIGRATED, FailureReason.DEVICE_OFFLINE, null, null));
        filters.put("beginning", new Filter(null, null, null, beginning));
        filters.put("beginning of none", new Filter(null, null, null, "car"));
        filters.put("part", new Filter(null, null, null, "*" + part));
        filters.put("part of none in a state", new Filter(DeviceState.MIGRATED, null, null, "*zzz"));
        return filters;
    }
}
