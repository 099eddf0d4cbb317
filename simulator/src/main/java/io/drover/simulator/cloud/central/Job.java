package io.drover.simulator.cloud.central;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** One run over the devices a group selected when the job began. Thread-safe; short critical sections. */
final class Job {
    /** Statuses of a job, spelt as the documents do when in lower case. */
    enum Status {
        PENDING,
        RUNNING,
        COMPLETE,
        FAILED,
        STOPPED,
        CANCELLED
    }

    /** Statuses of one device in a job. */
    enum DeviceStatus {
        PENDING,
        COMPLETED,
        FAILED
    }

    /** One device of the job. */
    record Entry(String id, DeviceStatus status) {}

    private final String id;
    private final String scheduledJobId;
    private final JobDefinition definition;
    private final ConcurrentNavigableMap<String, Entry> devices = new ConcurrentSkipListMap<>();
    private Status status = Status.PENDING;
    private boolean walking;
    private Instant start;
    private Instant end;
    private String after;
    private int completed;
    private int failed;

    /** @param scheduledJobId the scheduled job that began this one, or null */
    Job(String id, String scheduledJobId, JobDefinition definition, Collection<String> deviceIds) {
        this.id = id;
        this.scheduledJobId = scheduledJobId;
        this.definition = definition;
        deviceIds.forEach(device -> devices.put(device, new Entry(device, DeviceStatus.PENDING)));
    }

    /** A job over the devices its group selects now, as far as its operations concern them. */
    static Job over(CentralApp app, String id, String scheduledJobId, JobDefinition definition) {
        List<String> devices = app.group(definition.group()).stream()
                .flatMap(group -> app.devices().filter(device -> group.contains(app, device)))
                .filter(device ->
                        definition.data().stream().allMatch(operation -> operation.concerns(device.template())))
                .map(CentralDevice::id)
                .toList();
        return new Job(id, scheduledJobId, definition, devices);
    }

    String id() {
        return id;
    }

    String scheduledJobId() {
        return scheduledJobId;
    }

    JobDefinition definition() {
        return definition;
    }

    ConcurrentNavigableMap<String, Entry> devices() {
        return devices;
    }

    int total() {
        return devices.size();
    }

    synchronized Status status() {
        return status;
    }

    synchronized Instant start() {
        return start;
    }

    synchronized Instant end() {
        return end;
    }

    synchronized int completed() {
        return completed;
    }

    synchronized int failed() {
        return failed;
    }

    /** Takes the job for one runner; false when it is not to run, or another runner still has it. */
    synchronized boolean begin(Instant now) {
        if (walking || status != Status.PENDING) {
            return false;
        }
        walking = true;
        status = Status.RUNNING;
        start = start == null ? now : start;
        return true;
    }

    /** The next devices to command, at most {@code max}; empty when the job is over or no longer running. */
    synchronized List<String> next(int max) {
        List<String> taken = new ArrayList<>();
        if (status == Status.RUNNING) {
            ConcurrentNavigableMap<String, Entry> rest = after == null ? devices : devices.tailMap(after, false);
            for (String device : rest.keySet()) {
                if (taken.size() == max) {
                    break;
                }
                taken.add(device);
            }
        }
        if (!taken.isEmpty()) {
            after = taken.get(taken.size() - 1);
        }
        return taken;
    }

    synchronized void ended(String device, boolean success) {
        devices.put(device, new Entry(device, success ? DeviceStatus.COMPLETED : DeviceStatus.FAILED));
        if (success) {
            completed++;
        } else {
            failed++;
        }
    }

    /** The runner has nothing more to do now: the job is over, or was stopped or cancelled meanwhile. */
    synchronized void rest(Instant now) {
        walking = false;
        if (status == Status.RUNNING && completed + failed == devices.size()) {
            status = failed > 0 ? Status.FAILED : Status.COMPLETE;
        }
        if (status != Status.PENDING && status != Status.STOPPED) {
            end = now;
        }
    }

    synchronized void cancel() {
        if (status == Status.RUNNING) {
            status = Status.CANCELLED;
        }
    }

    /** No further device is commanded; false when the job is over. */
    synchronized boolean stop() {
        if (status != Status.RUNNING && status != Status.PENDING) {
            return false;
        }
        status = Status.STOPPED;
        return true;
    }

    /** Back to pending with the devices not yet commanded; false when the job is not stopped. */
    synchronized boolean resume() {
        if (status != Status.STOPPED) {
            return false;
        }
        status = Status.PENDING;
        return true;
    }

    /** The devices that failed, for a rerun. */
    List<String> failedDevices() {
        TreeMap<String, Entry> found = new TreeMap<>(devices);
        found.values().removeIf(entry -> entry.status() != DeviceStatus.FAILED);
        return List.copyOf(found.keySet());
    }
}
