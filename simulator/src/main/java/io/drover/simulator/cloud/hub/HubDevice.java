package io.drover.simulator.cloud.hub;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * One identity in a hub's registry, a device or a module of one, with its twin, connection and ground-truth journal. What few
 * identities have is made when first used: a hub may hold a million. Thread-safe, never blocks.
 */
public final class HubDevice {
    static final int MAX_MODULES = 50;
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9\\-.+%_#*?!(),=@$':]{1,128}");

    private final String deviceId;
    private final String moduleId;
    private final long generation;
    private final Twin twin;
    private final FeedbackQueue feedback;
    private final Instant registered;
    private DeviceCredential credential;
    private boolean enabled = true;
    private boolean iotEdge;
    private boolean keepsMessagesSubscription;
    private int revision = 1;
    private String statusReason;
    private String scope;
    private String modelId;
    private Instant statusUpdated;
    private DeviceSession session;
    private Instant firstConnected;
    private Instant lastConnected;
    private Instant lastDisconnected;
    private Instant firstTelemetry;
    private Instant lastTelemetry;
    private Instant lastActivity;
    private long telemetryCount;
    private MethodWaiters waiters;
    private CloudToDeviceQueue messages;
    private NavigableMap<String, HubDevice> modules;
    /** Of its latest message; most are alike in both, and the log keeps hundreds of thousands. */
    private EventSource lastSource;

    private Map<String, String> lastProperties = Map.of();

    HubDevice(
            String deviceId,
            String moduleId,
            long generation,
            DeviceCredential credential,
            InitialTwin twin,
            FeedbackQueue feedback,
            Instant registered) {
        this.deviceId = deviceId;
        this.moduleId = moduleId;
        this.generation = generation;
        this.credential = credential;
        this.twin = new Twin(twin, registered);
        this.feedback = feedback;
        this.registered = registered;
    }

    /** Whether the hub would take the text as a device or module id (1 to 128 of the documented characters). */
    public static boolean isDeviceId(String text) {
        return ID.matcher(text).matches();
    }

    public String deviceId() {
        return deviceId;
    }

    /** The module's id, null for a device. */
    public String moduleId() {
        return moduleId;
    }

    /** {@code deviceId} or {@code deviceId/moduleId}, as MQTT client ids have it. */
    String clientId() {
        return moduleId == null ? deviceId : deviceId + "/" + moduleId;
    }

    /** Tells two devices apart that had the same id one after the other. */
    public String generationId() {
        return Long.toString(generation);
    }

    public Twin twin() {
        return twin;
    }

    /** As whom the log has a message of the device that proved itself in this way; the same object for the same sender. */
    synchronized EventSource source(AuthMethod auth) {
        EventSource now = new EventSource(deviceId, moduleId, generationId(), modelId, auth);
        if (!now.equals(lastSource)) {
            lastSource = now;
        }
        return lastSource;
    }

    /** Properties of a message as the log keeps them; the same object for the same properties. */
    synchronized Map<String, String> properties(Map<String, String> sent) {
        if (!sent.equals(lastProperties)) {
            lastProperties = Map.copyOf(sent);
        }
        return lastProperties;
    }

    public synchronized DeviceCredential credential() {
        return credential;
    }

    public synchronized boolean enabled() {
        return enabled;
    }

    synchronized IdentitySettings settings() {
        return new IdentitySettings(credential, enabled, statusReason, iotEdge, scope);
    }

    /** Replaces credential and status; a disabled device is disconnected. */
    public void update(DeviceCredential newCredential, boolean newEnabled) {
        IdentitySettings now = settings();
        update(
                new IdentitySettings(newCredential, newEnabled, now.statusReason(), now.iotEdge(), now.scope()),
                statusUpdated());
    }

    /** Replaces all settings; a disabled device and its modules are disconnected. */
    void update(IdentitySettings settings, Instant now) {
        synchronized (this) {
            if (!settings.equals(settings())) {
                revision++;
            }
            statusUpdated = settings.enabled() == enabled ? statusUpdated : now;
            credential = settings.credential();
            enabled = settings.enabled();
            statusReason = settings.statusReason();
            iotEdge = settings.iotEdge();
            scope = settings.scope();
        }
        if (!settings.enabled()) {
            disconnect();
        }
    }

    /** Drops the connection and those of the modules. */
    void disconnect() {
        session().ifPresent(DeviceSession::drop);
        modules().forEach(HubDevice::disconnect);
    }

    /** Changes with every update of the identity. */
    public synchronized String etag() {
        return Long.toString(generation % 1_000_000_000 + revision);
    }

    synchronized Instant statusUpdated() {
        return statusUpdated;
    }

    /** The DTDL model the device named when it last connected, null when it named none. */
    public synchronized String modelId() {
        return modelId;
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
    void connected(DeviceSession newSession, String model, Instant now) {
        DeviceSession previous;
        synchronized (this) {
            previous = session;
            session = newSession;
            modelId = model == null ? modelId : model;
            firstConnected = firstConnected == null ? now : firstConnected;
            lastConnected = now;
            lastActivity = now;
            if (messages != null) {
                messages.release(now);
            }
        }
        if (previous != null) {
            previous.drop();
        }
    }

    /** Ends the connection and answers true, unless a later one has already taken its place. */
    synchronized boolean disconnected(DeviceSession ended, Instant now) {
        if (session != ended) {
            return false;
        }
        session = null;
        lastDisconnected = now;
        if (messages != null) {
            messages.release(now);
        }
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

    /** Whether a subscription to messages outlives the connection, as one made with CleanSession 0 does. */
    synchronized boolean keepsMessagesSubscription() {
        return keepsMessagesSubscription;
    }

    synchronized void keepMessagesSubscription(boolean keep) {
        keepsMessagesSubscription = keep;
    }

    /** The cloud-to-device queue, made now when there was none. */
    synchronized CloudToDeviceQueue messages() {
        if (messages == null) {
            messages = new CloudToDeviceQueue(this::outcome);
        }
        return messages;
    }

    private void outcome(CloudToDeviceMessage message, FeedbackStatus status, Instant at) {
        if (message.ack().wants(status)) {
            feedback.add(new FeedbackRecord(message.messageId(), at, status, deviceId, generationId()));
        }
    }

    /** How many messages wait for the device. */
    int messageCount(Instant now) {
        CloudToDeviceQueue queue;
        synchronized (this) {
            queue = messages;
        }
        return queue == null ? 0 : queue.size(now);
    }

    /** The device's modules in the order of their ids. */
    synchronized Collection<HubDevice> modules() {
        return modules == null ? List.of() : List.copyOf(modules.values());
    }

    synchronized Optional<HubDevice> module(String id) {
        return modules == null ? Optional.empty() : Optional.ofNullable(modules.get(id));
    }

    /** Adds a module; false when the id is taken. Fails with TOO_MANY_MODULES beyond 50. */
    synchronized boolean addModule(HubDevice module) {
        if (modules == null) {
            modules = new TreeMap<>();
        }
        if (modules.containsKey(module.moduleId())) {
            return false;
        }
        if (modules.size() >= MAX_MODULES) {
            throw new HubException(HubError.TOO_MANY_MODULES, "A device has at most " + MAX_MODULES + " modules.");
        }
        modules.put(module.moduleId(), module);
        return true;
    }

    synchronized Optional<HubDevice> removeModule(String id) {
        return modules == null ? Optional.empty() : Optional.ofNullable(modules.remove(id));
    }

    /** The connection, once it listens for methods; the caller sets the deadline and then calls {@link #stopWaiting}. */
    synchronized Future<DeviceSession> methodSession(Promise<DeviceSession> waiter) {
        if (session != null && session.takesMethods()) {
            return Future.succeededFuture(session);
        }
        waiters = waiters == null ? new MethodWaiters() : waiters;
        return waiters.add(waiter);
    }

    synchronized void stopWaiting(Promise<DeviceSession> waiter) {
        if (waiters != null) {
            waiters.remove(waiter);
        }
    }

    /** Called by the session when it has subscribed to methods. */
    void methodsReady(DeviceSession ready) {
        MethodWaiters told;
        synchronized (this) {
            told = waiters;
            waiters = null;
        }
        if (told != null) {
            told.ready(ready);
        }
    }
}
