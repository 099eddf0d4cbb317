package io.drover.worker.report;

import io.drover.worker.device.DeviceRow;
import java.util.ArrayList;
import java.util.List;

/** The first devices of a kind and how many there are in all: a report stays readable however many failed. */
public final class DeviceList {
    static final int SHOWN = 500;

    private final List<DeviceRow> shown = new ArrayList<>();
    private long total;

    /** The first of so many. */
    static DeviceList of(List<DeviceRow> first, long total) {
        DeviceList list = new DeviceList();
        first.forEach(list::add);
        list.total = total;
        return list;
    }

    void add(DeviceRow row) {
        total++;
        if (shown.size() < SHOWN) {
            shown.add(row);
        }
    }

    /** The first ones in the order of ids. */
    public List<DeviceRow> shown() {
        return List.copyOf(shown);
    }

    public long total() {
        return total;
    }

    /** How many are not shown. */
    public long more() {
        return total - shown.size();
    }
}
