package io.drover.worker.device;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Rows on their way as this process committed them last, so that the next evidence of a device needs no read. It may be
 * behind the ledger: a row from here is good only for a change whose commit holds its revision against the ledger's.
 * Bounded; the one used longest ago goes first. Confined to one context.
 */
final class RecentRows {
    /** About 10 MB; more devices than are commanded at once on any limit of Azure's. */
    private static final int MOST = 16_384;

    private final Map<DeviceKey, DeviceRow> rows = new LinkedHashMap<>(1024, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<DeviceKey, DeviceRow> eldest) {
            return size() > MOST;
        }
    };

    /** The row, or null when it is not among them. */
    DeviceRow get(DeviceKey key) {
        return rows.get(key);
    }

    /** Takes in a row as it was committed, unless a later one is here. */
    void committed(DeviceRow row) {
        DeviceRow known = rows.get(row.key());
        if (known != null && known.revision() > row.revision()) {
            return;
        }
        switch (row.state()) {
            case COMMANDED, ACCEPTED, ASSIGNED, CONNECTED -> rows.put(row.key(), row);
            default -> rows.remove(row.key());
        }
    }

    /** The ledger has another one. */
    void forget(DeviceKey key) {
        rows.remove(key);
    }
}
