package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.sas.SymmetricKey;
import io.drover.simulator.cloud.x509.CaCertificates;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * An IoT hub: registry, policies, direct methods, messages to devices, jobs and telemetry log. Thread-safe; device ids are
 * case-sensitive.
 */
public final class Hub {
    private static final int PARTITIONS = 4;

    private final String hostName;
    private final HubSku sku;
    private final int units;
    private final Clock clock;
    private final RandomGenerator random;
    private final Map<String, SharedAccessPolicy> policies;
    /** Sorted, so that a query's page begins where the last one ended without sorting again. */
    private final ConcurrentNavigableMap<String, HubDevice> devices = new ConcurrentSkipListMap<>();

    private final AtomicInteger identities = new AtomicInteger();
    private final AtomicLong generations;
    private final TelemetryLog telemetry = new TelemetryLog(PARTITIONS);
    private final ConsumerGroups consumerGroups = new ConsumerGroups();
    private final CaCertificates authorities;
    private final DailyMessages dailyMessages;
    private final FeedbackQueue feedback = new FeedbackQueue();
    private final FeedbackLocks feedbackLocks = new FeedbackLocks(feedback);
    private final HubJobs jobs = new HubJobs();
    private volatile ConnectionListener connections = (deviceId, state, at) -> {};
    private final MethodJournal methods = new MethodJournal();

    public Hub(String hostName, HubSku sku, int units, Clock clock, RandomGenerator random) {
        this.hostName = hostName;
        this.sku = sku;
        this.units = units;
        this.clock = clock;
        this.random = random;
        this.policies = policies(random);
        this.dailyMessages = new DailyMessages(sku, units, clock);
        this.authorities = new CaCertificates(clock, random);
        this.generations = new AtomicLong(clock.millis() * 1_000);
    }

    private static Map<String, SharedAccessPolicy> policies(RandomGenerator random) {
        Map<String, Set<AccessRight>> rights = new LinkedHashMap<>();
        rights.put("iothubowner", EnumSet.allOf(AccessRight.class));
        rights.put("service", EnumSet.of(AccessRight.SERVICE_CONNECT));
        rights.put("device", EnumSet.of(AccessRight.DEVICE_CONNECT));
        rights.put("registryRead", EnumSet.of(AccessRight.REGISTRY_READ));
        rights.put("registryReadWrite", EnumSet.of(AccessRight.REGISTRY_READ, AccessRight.REGISTRY_WRITE));
        Map<String, SharedAccessPolicy> policies = new LinkedHashMap<>();
        rights.forEach(
                (name, set) -> policies.put(name, new SharedAccessPolicy(name, SymmetricKey.generate(random), set)));
        return Map.copyOf(policies);
    }

    /** First label of the host name. */
    public String name() {
        int dot = hostName.indexOf('.');
        return dot < 0 ? hostName : hostName.substring(0, dot);
    }

    public String hostName() {
        return hostName;
    }

    public HubSku sku() {
        return sku;
    }

    public int units() {
        return units;
    }

    /** The built-in policies by name: iothubowner, service, device, registryRead, registryReadWrite. */
    public Map<String, SharedAccessPolicy> policies() {
        return policies;
    }

    /**
     * The device, created if it is new. One that exists keeps its twin, journal and generation but takes the credential
     * given: an assignment by DPS makes the enrollment's key the one that works. Fails with TOO_MANY_DEVICES.
     */
    public HubDevice createOrGet(String deviceId, DeviceCredential credential, InitialTwin twin) {
        HubDevice device = devices.get(deviceId);
        if (device == null) {
            device = register(deviceId, newIdentity(deviceId, null, credential, twin));
        }
        device.update(credential, device.enabled());
        return device;
    }

    /** Creates a device; empty when one has the id already. Fails with TOO_MANY_DEVICES. */
    public Optional<HubDevice> create(String deviceId, DeviceCredential credential) {
        HubDevice created = newIdentity(deviceId, null, credential, null);
        return register(deviceId, created) == created ? Optional.of(created) : Optional.empty();
    }

    /** The identity now registered under the id: the one given, or the one that was there. */
    private HubDevice register(String deviceId, HubDevice created) {
        takeIdentity();
        HubDevice before = devices.putIfAbsent(deviceId, created);
        if (before != null) {
            identities.decrementAndGet();
        }
        return before == null ? created : before;
    }

    /** Creates a module; empty when the device has one of the id. Fails with TOO_MANY_DEVICES or TOO_MANY_MODULES. */
    Optional<HubDevice> createModule(HubDevice device, String moduleId, DeviceCredential credential) {
        HubDevice created = newIdentity(device.deviceId(), moduleId, credential, null);
        takeIdentity();
        boolean added = false;
        try {
            added = device.addModule(created);
        } finally {
            if (!added) {
                identities.decrementAndGet();
            }
        }
        return added ? Optional.of(created) : Optional.empty();
    }

    private void takeIdentity() {
        if (identities.incrementAndGet() > sku.maxIdentities()) {
            identities.decrementAndGet();
            throw new HubException(
                    HubError.TOO_MANY_DEVICES,
                    "The hub has its " + sku.maxIdentities() + " devices and modules already.");
        }
    }

    private HubDevice newIdentity(String deviceId, String moduleId, DeviceCredential credential, InitialTwin twin) {
        return new HubDevice(
                deviceId, moduleId, generations.incrementAndGet(), credential, twin, feedback, clock.instant());
    }

    /** A fresh credential, for a device created without keys. */
    public DeviceCredential newCredential() {
        return new DeviceCredential(SymmetricKey.generate(random));
    }

    public Optional<HubDevice> device(String deviceId) {
        return Optional.ofNullable(devices.get(deviceId));
    }

    /** Removes the device with its modules and closes their connections; false when there was none. */
    public boolean delete(String deviceId) {
        HubDevice removed = devices.remove(deviceId);
        if (removed != null) {
            identities.addAndGet(-1 - removed.modules().size());
            removed.disconnect();
        }
        return removed != null;
    }

    /** Removes a module and closes its connection; false when there was none. */
    boolean deleteModule(HubDevice device, String moduleId) {
        Optional<HubDevice> removed = device.removeModule(moduleId);
        removed.ifPresent(module -> {
            identities.decrementAndGet();
            module.disconnect();
        });
        return removed.isPresent();
    }

    /** The identity of an MQTT client id, {@code deviceId} or {@code deviceId/moduleId}. */
    Optional<HubDevice> identity(String clientId) {
        int slash = clientId.indexOf('/');
        return slash < 0
                ? device(clientId)
                : device(clientId.substring(0, slash)).flatMap(device -> device.module(clientId.substring(slash + 1)));
    }

    /** All devices, in the order of their ids. */
    public Stream<HubDevice> devices() {
        return devices.values().stream();
    }

    /** The devices from the given id on, in order. */
    public Stream<HubDevice> devicesFrom(String deviceId, boolean inclusive) {
        return devices.tailMap(deviceId, inclusive).values().stream();
    }

    public int deviceCount() {
        return devices.size();
    }

    /** The built-in telemetry log. */
    public TelemetryLog telemetry() {
        return telemetry;
    }

    /** Replaces who is told of connections that begin and end; one at a time. */
    public void onConnection(ConnectionListener listener) {
        connections = listener;
    }

    /** The session is the identity's connection from now on. */
    void connected(HubDevice device, DeviceSession session, String modelId, Instant now) {
        device.connected(session, modelId, now);
        if (device.moduleId() == null) {
            connections.changed(device.deviceId(), ConnectionState.CONNECTED, now);
        }
    }

    /** The session has ended; nothing changes for the identity when a later one has taken its place. */
    void disconnected(HubDevice device, DeviceSession session, Instant now) {
        if (device.disconnected(session, now) && device.moduleId() == null) {
            connections.changed(device.deviceId(), ConnectionState.DISCONNECTED, now);
        }
    }

    /**
     * Merges desired properties into the device's twin and tells the device when it is connected and listens.
     *
     * @return the new version of the desired section, or empty when there is no such device
     */
    public OptionalLong patchDesired(String deviceId, JsonObject patch, Instant now) {
        return device(deviceId)
                .map(device -> OptionalLong.of(changeDesired(device, patch, false, now)))
                .orElseGet(OptionalLong::empty);
    }

    /** What the service API was asked to call, as ground truth. */
    public MethodJournal methods() {
        return methods;
    }

    /**
     * Merges or replaces desired properties; a device that listens is told the patch, or after a replacement the whole new document.
     * Fails with ARGUMENT_INVALID.
     */
    long changeDesired(HubDevice device, JsonObject desired, boolean replace, Instant now) {
        long version = replace
                ? device.twin().replaceDesired(desired, now)
                : device.twin().patchDesired(desired, now);
        JsonObject told = desired.copy();
        told.remove("$metadata");
        Buffer change = told.put("$version", version).toBuffer();
        device.session().ifPresent(session -> session.desiredChanged(version, change));
        return version;
    }

    /** Consumer groups of the built-in endpoint. */
    public ConsumerGroups consumerGroups() {
        return consumerGroups;
    }

    /** The messages taken today. */
    public DailyMessages dailyMessages() {
        return dailyMessages;
    }

    /** Uploaded CA certificates; devices of the verified ones may connect. */
    public CaCertificates authorities() {
        return authorities;
    }

    /** Feedback about messages to devices. */
    public FeedbackQueue feedback() {
        return feedback;
    }

    FeedbackLocks feedbackLocks() {
        return feedbackLocks;
    }

    HubJobs jobs() {
        return jobs;
    }

    /**
     * Queues a message for a device or module ({@code deviceId/moduleId}) and pushes it when the device listens. Fails with
     * DEVICE_NOT_FOUND, NOT_IN_THIS_TIER or QUEUE_DEPTH_EXCEEDED.
     */
    public void send(String clientId, CloudToDeviceMessage message) {
        HubDevice device = identity(clientId).orElseThrow(() -> notFound(clientId));
        requireDeviceManagement();
        device.messages().add(message, clock.instant());
        device.session().ifPresent(DeviceSession::pushMessages);
    }

    /** Fails with NOT_IN_THIS_TIER on a basic hub. */
    void requireDeviceManagement() {
        if (!sku.managesDevices()) {
            throw new HubException(
                    HubError.NOT_IN_THIS_TIER, "The operation is not available in the basic tier (" + sku + ").");
        }
    }

    static HubException notFound(String clientId) {
        return clientId.indexOf('/') < 0
                ? new HubException(HubError.DEVICE_NOT_FOUND, "Device " + clientId + " is not registered.")
                : new HubException(HubError.MODULE_NOT_FOUND, "Module " + clientId + " is not registered.");
    }

    /**
     * Calls a direct method of a device or module ({@code deviceId/moduleId}). Fails with a {@link HubException}:
     * DEVICE_NOT_FOUND, DEVICE_NOT_ONLINE (no connection that listens for methods within {@code connectTimeout}), TIMEOUT
     * (asked, no answer in time), THROTTLING.
     */
    public Future<MethodResult> invoke(
            String clientId, String methodName, Buffer payloadJson, Duration responseTimeout, Duration connectTimeout) {
        Optional<HubDevice> device = identity(clientId);
        if (device.isEmpty()) {
            return Future.failedFuture(notFound(clientId));
        }
        return listening(device.get(), connectTimeout)
                .compose(session -> session.invoke(methodName, payloadJson, responseTimeout));
    }

    private static Future<DeviceSession> listening(HubDevice device, Duration connectTimeout) {
        Optional<DeviceSession> now = device.session().filter(DeviceSession::takesMethods);
        if (now.isPresent()) {
            return Future.succeededFuture(now.get());
        }
        HubException offline = new HubException(HubError.DEVICE_NOT_ONLINE, "Timed out waiting for device to connect.");
        if (connectTimeout.isZero() || connectTimeout.isNegative()) {
            return Future.failedFuture(offline);
        }
        Promise<DeviceSession> waiter = Promise.promise();
        return device.methodSession(waiter)
                .timeout(connectTimeout.toMillis(), TimeUnit.MILLISECONDS)
                .onComplete(done -> device.stopWaiting(waiter))
                .recover(failure -> Future.failedFuture(failure instanceof TimeoutException ? offline : failure));
    }
}
