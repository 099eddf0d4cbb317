package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.sas.SymmetricKey;
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
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** An IoT hub: registry, policies, direct methods and telemetry log. Thread-safe; device ids are case-sensitive. */
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

    private final AtomicLong generations;
    private final TelemetryLog telemetry = new TelemetryLog(PARTITIONS);
    private volatile ConnectionListener connections = (deviceId, state, at) -> {};
    private final MethodJournal methods = new MethodJournal();

    public Hub(String hostName, HubSku sku, int units, Clock clock, RandomGenerator random) {
        this.hostName = hostName;
        this.sku = sku;
        this.units = units;
        this.clock = clock;
        this.random = random;
        this.policies = policies(random);
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
     * given: an assignment by DPS makes the enrollment's key the one that works.
     */
    public HubDevice createOrGet(String deviceId, DeviceCredential credential, InitialTwin twin) {
        HubDevice device = devices.computeIfAbsent(deviceId, id -> newDevice(id, credential, twin));
        device.update(credential, device.enabled());
        return device;
    }

    /** Creates a device; empty when one has the id already. */
    public Optional<HubDevice> create(String deviceId, DeviceCredential credential) {
        HubDevice created = newDevice(deviceId, credential, null);
        return devices.putIfAbsent(deviceId, created) == null ? Optional.of(created) : Optional.empty();
    }

    private HubDevice newDevice(String deviceId, DeviceCredential credential, InitialTwin twin) {
        String generation = Long.toString(generations.incrementAndGet());
        return new HubDevice(deviceId, generation, credential, twin, clock.instant());
    }

    /** A fresh credential, for a device created without keys. */
    public DeviceCredential newCredential() {
        return new DeviceCredential(SymmetricKey.generate(random));
    }

    public Optional<HubDevice> device(String deviceId) {
        return Optional.ofNullable(devices.get(deviceId));
    }

    /** Removes the device and closes its connection; false when there was none. */
    public boolean delete(String deviceId) {
        HubDevice removed = devices.remove(deviceId);
        if (removed != null) {
            removed.session().ifPresent(DeviceSession::drop);
        }
        return removed != null;
    }

    /** All devices, in the order of their ids. */
    public Stream<HubDevice> devices() {
        return devices.values().stream();
    }

    /** The devices whose id sorts after the given one, in order. */
    Stream<HubDevice> devicesAfter(String deviceId) {
        return devices.tailMap(deviceId, false).values().stream();
    }

    public int deviceCount() {
        return devices.size();
    }

    /** Replaces who is told of connections that begin and end; one at a time. */
    public void onConnection(ConnectionListener listener) {
        connections = listener;
    }

    /** The session is the device's connection from now on. */
    void connected(HubDevice device, DeviceSession session, Instant now) {
        device.connected(session, now);
        connections.changed(device.deviceId(), ConnectionState.CONNECTED, now);
    }

    /** The session has ended; nothing changes for the device when a later one has taken its place. */
    void disconnected(HubDevice device, DeviceSession session, Instant now) {
        if (device.disconnected(session, now)) {
            connections.changed(device.deviceId(), ConnectionState.DISCONNECTED, now);
        }
    }

    /**
     * Merges desired properties into the device's twin and tells the device when it is connected and listens.
     *
     * @return the new version of the desired section, or empty when there is no such device
     */
    public OptionalLong patchDesired(String deviceId, JsonObject patch, Instant now) {
        HubDevice device = devices.get(deviceId);
        if (device == null) {
            return OptionalLong.empty();
        }
        long version = device.twin().patchDesired(patch, now);
        Buffer told = patch.copy().put("$version", version).toBuffer();
        device.session().ifPresent(session -> session.desiredChanged(version, told));
        return OptionalLong.of(version);
    }

    /** The built-in telemetry log. */
    public TelemetryLog telemetry() {
        return telemetry;
    }

    /** What the service API was asked to call, as ground truth. */
    public MethodJournal methods() {
        return methods;
    }

    /**
     * Calls a direct method. Fails with a {@link HubException}: DEVICE_NOT_FOUND, DEVICE_NOT_ONLINE (no connection that
     * listens for methods within {@code connectTimeout}), TIMEOUT (asked, no answer in time), THROTTLING.
     */
    public Future<MethodResult> invoke(
            String deviceId, String methodName, Buffer payloadJson, Duration responseTimeout, Duration connectTimeout) {
        HubDevice device = devices.get(deviceId);
        if (device == null) {
            return Future.failedFuture(
                    new HubException(HubError.DEVICE_NOT_FOUND, "Device " + deviceId + " is not registered."));
        }
        return listening(device, connectTimeout)
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
