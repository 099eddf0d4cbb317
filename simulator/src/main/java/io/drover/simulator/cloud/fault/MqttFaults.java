package io.drover.simulator.cloud.fault;

import io.drover.simulator.cloud.metrics.CloudService;
import io.drover.simulator.cloud.mqtt.DeviceConnection;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The injection points of the MQTT gateway: it lets each connection in, and stands between it and its service from then on.
 * Thread-safe; each connection keeps to its event loop.
 */
public final class MqttFaults {
    private final Vertx vertx;
    private final Faults faults;
    private final ConnectionHistory history;
    private final Set<FaultyConnection> live = ConcurrentHashMap.newKeySet();

    public MqttFaults(Vertx vertx, Faults faults) {
        this.vertx = vertx;
        this.faults = faults;
        this.history = new ConnectionHistory(faults);
        faults.onSwitch(switched -> {
            if (switched.fault().kind() == FaultKind.HUB_FAILOVER) {
                // One more millisecond, so that the window is open when the first device is back.
                vertx.setTimer(switched.fault().after().toMillis() + 1, begun -> dropAll(switched.fault()));
            }
        });
    }

    /** The connection to hand to its service; empty when the connection has been refused here. On the connection's event loop. */
    public Optional<DeviceConnection> admit(DeviceConnection device) {
        Peer peer = Peer.of(device);
        String service = peer.service().text();
        Optional<Fault> away = faults.open(FaultKind.HUB_FAILOVER, service, peer.device(), "connect");
        Optional<Fault> struck = away.isPresent()
                ? away
                : faults.strikes(FaultKind.Point.CONNECT, service, peer.host(), peer.device(), "connect");
        away.ifPresent(faults::struck);
        if (struck.isPresent() && struck.get().kind() != FaultKind.MQTT_CONNECTION_DROPPED) {
            device.reject(MqttConnectReturnCode.CONNECTION_REFUSED_SERVER_UNAVAILABLE);
            return Optional.empty();
        }
        if (peer.service() == CloudService.HUB_MQTT
                && new SkewedClock(faults)
                        .refuses(
                                service,
                                peer.device(),
                                "connect",
                                device.connect().password())) {
            device.reject(MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED);
            return Optional.empty();
        }
        FaultyConnection connection = new FaultyConnection(vertx, faults, device, peer, this);
        struck.ifPresent(dropped -> vertx.setTimer(Math.max(1, dropped.delay().toMillis()), due -> connection.drop()));
        return Optional.of(connection);
    }

    void opened(FaultyConnection connection) {
        live.add(connection);
        if (connection.peer().service() == CloudService.HUB_MQTT) {
            history.changed(connection.peer());
        }
    }

    void closed(FaultyConnection connection) {
        if (live.remove(connection) && connection.peer().service() == CloudService.HUB_MQTT) {
            history.changed(connection.peer());
        }
    }

    /** What a hub tells of its devices, as it would have told it a while ago. */
    Buffer asKnown(String host, Buffer json) {
        return history.asKnown(host, json);
    }

    Clock clock() {
        return faults.clock();
    }

    /** Closes every connection, as the network could. */
    public void dropAll() {
        live.forEach(FaultyConnection::drop);
    }

    private void dropAll(Fault fault) {
        live.stream()
                .filter(each -> fault.concerns(
                        each.peer().service().text(), "connect", each.peer().device()))
                .forEach(each -> {
                    faults.struck(fault);
                    each.drop();
                });
    }

    /** Who is at the other end, by the user name of the CONNECT; nothing of it is checked yet. */
    record Peer(CloudService service, String host, String device) {
        static Peer of(DeviceConnection connection) {
            String given = connection.connect().userName();
            String user = given == null ? "" : given;
            String[] parts = user.split("/", 4);
            boolean provisioning = parts.length > 2 && parts[1].equals("registrations");
            String device = provisioning
                    ? parts[2]
                    : parts.length > 1 ? parts[1] : connection.connect().clientId();
            return new Peer(provisioning ? CloudService.DPS_MQTT : CloudService.HUB_MQTT, parts[0], device);
        }
    }
}
