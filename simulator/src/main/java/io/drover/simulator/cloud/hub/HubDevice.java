package io.drover.simulator.cloud.hub;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** One identity in a hub's registry, with its twin, connection and ground-truth journal. Thread-safe, never blocks. */
public final class HubDevice {
    private static final Pattern DEVICE_ID = Pattern.compile("[A-Za-z0-9\\-.+%_#*?!(),=@$':]{1,128}");
    private static final int MAX_WAITERS = 32;

    private final String deviceId;
    private final String generationId;
    private final Twin twin;
    private final Instant registered;
    private DeviceCredential credential;
    private boolean enabled = true;
    private long revision = 1;
    private DeviceSession session;
    private Instant firstConnected;
    private Instant lastConnected;
    private Instant lastDisconnected;
    private Instant firstTelemetry;
    private Instant lastTelemetry;
    private Instant lastActivity;
    private long telemetryCount;
    private List<Promise<DeviceSession>> waiters;

    HubDevice(String deviceId, String generationId, DeviceCredential credential, InitialTwin twin, Instant registered) {
        this.deviceId = deviceId;
        this.generationId = generationId;
        this.credential = credential;
        this.twin = new Twin(twin, registered);
        this.registered = registered;
    }

    /** Whether the hub would take the text as a device id (1 to 128 of the documented characters). */
    public static boolean isDeviceId(String text) {
        return DEVICE_ID.matcher(text).matches();
    }

    public String deviceId() {
        return deviceId;
    }

    /** Tells two devices apart that had the same id one after the other. */
    public String generationId() {
        return generationId;
    }

    public Twin twin() {
        return twin;
    }

    public synchronized DeviceCredential credential() {
        return credential;
    }

    public synchronized boolean enabled() {
        return enabled;
    }

    /** Replaces credential and status; a disabled device is disconnected. */
    public void update(DeviceCredential newCredential, boolean newEnabled) {
        DeviceSession ended = null;
        synchronized (this) {
            if (!newCredential.equals(credential) || newEnabled != enabled) {
                revision++;
            }
            credential = newCredential;
            enabled = newEnabled;
            if (!newEnabled) {
                ended = session;
            }
        }
        if (ended != null) {
            ended.drop();
        }
    }

    /** Changes with every update of the identity. */
    public synchronized String etag() {
        return Long.toString(revision);
    }

    public synchronized ConnectionState connectionState() {
        return session == null ? ConnectionState.DISCONNECTED : ConnectionState.CONNECTED;
    }

    /** When the device last connected, null when never. */
    public synchronized Instant connectedAt() {
        return lastConnected;
    }

    /** When the connection state last changed, null when it never did. */
    public synchronized Instant connectionStateUpdated() {
        return session != null ? lastConnected : lastDisconnected;
    }

    /** When the device last connected or sent something, null when never. */
    public synchronized Instant lastActivityTime() {
        return lastActivity;
    }

    /** Ground truth so far. */
    public synchronized DeviceJournal journal() {
        return new DeviceJournal(
                registered,
                firstConnected,
                lastConnected,
                lastDisconnected,
                firstTelemetry,
                lastTelemetry,
                telemetryCount);
    }

    /** Makes this the device's connection; an earlier one is dropped, as the documents say. */
    void connected(DeviceSession newSession, Instant now) {
        DeviceSession previous;
        synchronized (this) {
            previous = session;
            session = newSession;
            firstConnected = firstConnected == null ? now : firstConnected;
            lastConnected = now;
            lastActivity = now;
        }
        if (previous != null) {
            previous.drop();
        }
    }

    /** Ends the connection; false when a later one has already taken its place. */
    synchronized boolean disconnected(DeviceSession ended, Instant now) {
        if (session != ended) {
            return false;
        }
        session = null;
        lastDisconnected = now;
        return true;
    }

    synchronized void telemetry(Instant now) {
        firstTelemetry = firstTelemetry == null ? now : firstTelemetry;
        lastTelemetry = now;
        lastActivity = now;
        telemetryCount++;
    }

    synchronized void active(Instant now) {
        lastActivity = now;
    }

    synchronized Optional<DeviceSession> session() {
        return Optional.ofNullable(session);
    }

    /** The connection, once it listens for methods; the caller sets the deadline and then calls {@link #stopWaiting}. */
    Future<DeviceSession> methodSession(Promise<DeviceSession> waiter) {
        synchronized (this) {
            if (session == null || !session.takesMethods()) {
                waiters = waiters == null ? new ArrayList<>(1) : waiters;
                if (waiters.size() >= MAX_WAITERS) {
                    return Future.failedFuture(new HubException(HubError.THROTTLING, "Too many pending method calls."));
                }
                waiters.add(waiter);
                return waiter.future();
            }
            return Future.succeededFuture(session);
        }
    }

    synchronized void stopWaiting(Promise<DeviceSession> waiter) {
        if (waiters != null) {
            waiters.remove(waiter);
        }
    }

    /** Called by the session when it has subscribed to methods. */
    void methodsReady(DeviceSession ready) {
        List<Promise<DeviceSession>> told;
        synchronized (this) {
            told = waiters;
            waiters = null;
        }
        if (told != null) {
            told.forEach(waiter -> waiter.tryComplete(ready));
        }
    }
}
