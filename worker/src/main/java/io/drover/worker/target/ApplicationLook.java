package io.drover.worker.target;

import io.drover.worker.azure.PacedCalls;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.CentralClient.CentralDevice;
import io.drover.worker.azure.central.DeviceTemplate.TelemetryName;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.Evidence;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * What an application shows of awaited devices. First which have been provisioned: by the list of all devices or one by
 * one, whichever is fewer calls. Then, for each device that is there, when it last sent telemetry: one call a device and
 * look (docs/adr/0011). A device that the application had as provisioned before is asked for telemetry from the start,
 * and only what came after its command counts. Confined to one look at a time.
 */
final class ApplicationLook {
    private static final Set<DeviceState> UNASSIGNED =
            EnumSet.of(DeviceState.REGISTERED, DeviceState.COMMANDED, DeviceState.ACCEPTED, DeviceState.WAITING);
    /** Before the first list is read nothing is known of its length. */
    private static final int FIRST_GUESS = 10;

    private final CentralClient central;
    private final TemplateMap templates;
    private final Rotation unassigned = new Rotation();
    private final Rotation silent = new Rotation();
    /** Templates of devices that were there before: they may have kept another than the migration's. */
    private final Map<String, String> keptTemplates = new ConcurrentHashMap<>();

    private int listPages = FIRST_GUESS;
    private int number;

    ApplicationLook(CentralClient central, TemplateMap templates) {
        this.central = central;
        this.templates = templates;
    }

    Future<Void> look(TargetView view) {
        number++;
        AtomicInteger due = new AtomicInteger();
        Instant now = view.now();
        Predicate<DeviceRow> counted = unassigned.begin(now);
        return view.eachAwaitedPage(page -> fresh(page, view, counted)
                        .onSuccess(rows -> due.addAndGet(rows.size()))
                        .mapEmpty())
                .compose(done -> due.get() > listPages ? list(view) : oneByOne(view, unassigned.begin(now)))
                .onSuccess(done -> unassigned.end())
                .compose(done -> telemetry(view, silent.begin(now)))
                .onSuccess(done -> silent.end());
    }

    /** Those of a page whose being provisioned would be news. */
    private static Future<List<DeviceRow>> fresh(List<DeviceRow> page, TargetView view, Predicate<DeviceRow> due) {
        List<DeviceRow> open = page.stream()
                .filter(row -> UNASSIGNED.contains(row.state()) && due.test(row))
                .toList();
        return view.knownBefore(ids(open))
                .map(known -> open.stream()
                        .filter(row -> !known.contains(row.deviceId()))
                        .toList());
    }

    private Future<Void> list(TargetView view) {
        AtomicInteger pages = new AtomicInteger();
        return central.eachDevicePage(page -> {
                    pages.incrementAndGet();
                    List<String> there = page.stream()
                            .filter(CentralDevice::provisioned)
                            .map(CentralDevice::id)
                            .toList();
                    return view.knownBefore(there).compose(known -> view.record(assigned(there, known, view)));
                })
                .onSuccess(done -> listPages = Math.max(1, pages.get()));
    }

    private Map<String, Evidence> assigned(List<String> there, Set<String> known, TargetView view) {
        Map<String, Evidence> evidence = new HashMap<>();
        there.stream()
                .filter(id -> !known.contains(id))
                .forEach(id -> evidence.put(id, Evidence.assigned(view.now(), central.host())));
        return evidence;
    }

    private Future<Void> oneByOne(TargetView view, Predicate<DeviceRow> due) {
        return view.eachAwaitedPage(page -> fresh(page, view, due).compose(rows -> {
            Map<String, Evidence> seen = new ConcurrentHashMap<>();
            return PacedCalls.each(
                            rows,
                            row -> central.device(row.deviceId())
                                    .onSuccess(device -> device.filter(CentralDevice::provisioned)
                                            .ifPresent(there -> seen.put(
                                                    row.deviceId(), Evidence.assigned(view.now(), central.host())))))
                    .compose(done -> view.record(seen));
        }));
    }

    private Future<Void> telemetry(TargetView view, Predicate<DeviceRow> due) {
        return view.eachAwaitedPage(page -> view.knownBefore(ids(page)).compose(known -> {
            List<DeviceRow> there = page.stream()
                    .filter(row ->
                            UNASSIGNED.contains(row.state()) ? known.contains(row.deviceId()) && due.test(row) : true)
                    .toList();
            Map<String, Evidence> seen = new ConcurrentHashMap<>();
            return PacedCalls.each(
                            there,
                            row -> signs(row, known.contains(row.deviceId()), view.now())
                                    .onSuccess(sign -> sign.ifPresent(evidence -> seen.put(row.deviceId(), evidence))))
                    .compose(done -> view.record(seen));
        }));
    }

    /** One telemetry a look, in turns; all of them, and what the device reported, where this look decides what comes next. */
    private Future<Optional<Evidence>> signs(DeviceRow row, boolean known, Instant now) {
        boolean last = isOver(row, now) || owesLook(row, now);
        return template(row, known || last).compose(template -> {
            List<TelemetryName> names = templates.telemetry(template);
            if (names.isEmpty() || last) {
                return latest(row, names).compose(sent -> sent.isPresent() ? done(sent) : report(row));
            }
            int turn = Math.floorMod(number + row.deviceId().hashCode(), names.size());
            return latest(row, names.subList(turn, turn + 1));
        });
    }

    private Future<String> template(DeviceRow row, boolean look) {
        String kept = keptTemplates.get(row.deviceId());
        if (kept != null || !look) {
            return Future.succeededFuture(
                    kept == null ? templates.of(row.template()).orElse(null) : kept);
        }
        return central.device(row.deviceId()).map(device -> {
            String template = device.map(CentralDevice::template).orElse(null);
            if (template != null) {
                keptTemplates.put(row.deviceId(), template);
            }
            return template;
        });
    }

    private Future<Optional<Evidence>> latest(DeviceRow row, List<TelemetryName> names) {
        Future<Optional<Evidence>> first = done(Optional.empty());
        for (TelemetryName name : names) {
            first = first.compose(found -> found.isPresent()
                    ? done(found)
                    : central.lastTelemetry(row.deviceId(), name)
                            .map(at -> at.filter(row.commandedAt()::isBefore)
                                    .map(sent -> Evidence.telemetry(sent, central.host()))));
        }
        return first;
    }

    private Future<Optional<Evidence>> report(DeviceRow row) {
        return row.connectedAt() != null
                ? done(Optional.empty())
                : central.lastReport(row.deviceId())
                        .map(at -> at.filter(row.commandedAt()::isBefore)
                                .map(told -> Evidence.connected(told, central.host())));
    }

    private static <T> Future<Optional<T>> done(Optional<T> value) {
        return Future.succeededFuture(value);
    }

    /** Whether another command only waits for a look that finds nothing. */
    private static boolean owesLook(DeviceRow row, Instant now) {
        return row.lookAfter() != null && !row.lookAfter().isAfter(now);
    }

    private static boolean isOver(DeviceRow row, Instant now) {
        return row.deadlineAt() != null && !row.deadlineAt().isAfter(now);
    }

    private static List<String> ids(List<DeviceRow> rows) {
        return rows.stream().map(DeviceRow::deviceId).toList();
    }

    /**
     * Takes turns among devices that wait because they were offline, of which there may be many for days: some in each
     * look, and each before its deadline is settled. All others are due in every look.
     */
    private static final class Rotation {
        private static final int SHARE = 50;

        private String after = "";
        private String last = "";
        private int taken;

        /** Whether a device is due in the look that begins now; ask in the order of ids. */
        Predicate<DeviceRow> begin(Instant now) {
            last = after;
            taken = 0;
            return row -> row.state() != DeviceState.WAITING || isOver(row, now) || takes(row.deviceId());
        }

        private boolean takes(String id) {
            if (taken == SHARE || id.compareTo(after) <= 0) {
                return false;
            }
            taken++;
            last = id;
            return true;
        }

        /** The next look goes on where this one ended, or begins anew. */
        void end() {
            after = taken < SHARE ? "" : last;
        }
    }
}
