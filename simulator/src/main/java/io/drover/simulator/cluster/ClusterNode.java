package io.drover.simulator.cluster;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * This process's place in the cluster of one fleet. The coordinator alone keeps the cluster's data; members keep none, so one that goes
 * takes nothing with it, and none can begin a cluster of its own. Listens on the given address only, finds others by that of
 * the coordinator only, and tells nobody outside. Methods block; not for event loops.
 */
public final class ClusterNode implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(15);
    private static final String CLUSTER = "drover-fleet";

    private final Vertx vertx;
    private final HazelcastInstance hazelcast;

    private ClusterNode(Vertx vertx, HazelcastInstance hazelcast) {
        this.vertx = vertx;
        this.hazelcast = hazelcast;
    }

    /**
     * Begins a cluster.
     *
     * @param port for the cluster, the next one is the event bus's; 0 for any two
     * @throws ClusterException when the address cannot be listened on
     */
    public static ClusterNode form(String host, int port) throws ClusterException, InterruptedException {
        return start(
                config(host, port),
                host,
                port,
                "no cluster can be formed at " + host + ":" + port
                        + "; check --cluster-host, an address of this machine, and choose a free --cluster-port, or 0 for any");
    }

    /**
     * Becomes a member of the coordinator's cluster.
     *
     * @param host address of this machine that the coordinator and all members reach
     * @param port as for {@link #form}
     * @throws ClusterException when there is no such cluster, or this address cannot be listened on
     */
    public static ClusterNode join(ClusterAddress coordinator, String host, int port)
            throws ClusterException, InterruptedException {
        Config config = config(host, port).setLiteMember(true);
        config.getNetworkConfig().getJoin().getTcpIpConfig().setRequiredMember(coordinator.toString());
        return start(
                config,
                host,
                port,
                "the cluster at " + coordinator + " cannot be joined from " + host
                        + "; check that a coordinator of this version listens there, that it reaches " + host
                        + ", and that no firewall is between (--cluster-port fixes the ports)");
    }

    private static Config config(String host, int port) {
        Config config = new Config()
                .setClusterName(CLUSTER)
                .setProperty("hazelcast.phone.home.enabled", "false")
                .setProperty("hazelcast.logging.type", "slf4j")
                .setProperty("hazelcast.shutdownhook.enabled", "false")
                .setProperty("hazelcast.socket.bind.any", "false")
                // A few registrations of addresses are all there is to keep.
                .setProperty("hazelcast.partition.count", "17")
                .setProperty("hazelcast.operation.thread.count", "2")
                .setProperty("hazelcast.operation.generic.thread.count", "2")
                .setProperty("hazelcast.io.thread.count", "1")
                .setProperty("hazelcast.wait.seconds.before.join", "0")
                .setProperty("hazelcast.max.join.seconds", "20")
                .setProperty("hazelcast.heartbeat.interval.seconds", "1")
                .setProperty("hazelcast.max.no.heartbeat.seconds", "15")
                .setProperty("hazelcast.operation.call.timeout.millis", "10000")
                .setProperty("hazelcast.graceful.shutdown.max.wait", "5");
        config.getMetricsConfig().setEnabled(false);
        config.getMultiMapConfig("__vertx.subs").setBackupCount(0).setValueCollectionType("SET");
        config.getMapConfig("__vertx.haInfo").setBackupCount(0);
        config.getMapConfig("__vertx.nodeInfo").setBackupCount(0);
        JavaSerializationFilterConfig known = new JavaSerializationFilterConfig();
        known.getWhitelist().addPrefixes("com.hazelcast.", "io.vertx.", "java.lang.", "java.util.");
        config.getSerializationConfig().setJavaSerializationFilterConfig(known);
        NetworkConfig network = config.getNetworkConfig().setPort(port).setPortAutoIncrement(false);
        network.getInterfaces().setEnabled(true).addInterface(host);
        JoinConfig join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(5);
        return config;
    }

    private static ClusterNode start(Config config, String host, int port, String failure)
            throws ClusterException, InterruptedException {
        HazelcastClusterManager cluster = new HazelcastClusterManager(config);
        EventBusOptions bus = new EventBusOptions()
                .setHost(host)
                .setPort(port == 0 ? 0 : port + 1)
                .setConnectTimeout(5_000)
                .setReconnectAttempts(0);
        try {
            Vertx vertx = Vertx.builder()
                    .with(new VertxOptions().setPreferNativeTransport(false).setEventBusOptions(bus))
                    .withClusterManager(cluster)
                    .buildClustered()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(START.toSeconds(), TimeUnit.SECONDS);
            return new ClusterNode(vertx, cluster.getHazelcastInstance());
        } catch (ExecutionException failed) {
            throw new ClusterException(failure + " (" + failed.getCause().getMessage() + ")", failed);
        } catch (TimeoutException late) {
            throw new ClusterException(failure + " (nothing within " + START.toSeconds() + " s)", late);
        }
    }

    /** The Vert.x whose event bus reaches all of the cluster. */
    public Vertx vertx() {
        return vertx;
    }

    /** Tells this process from all others of the cluster, now and later. */
    public String id() {
        return hazelcast.getCluster().getLocalMember().getUuid().toString();
    }

    /** The id of the coordinator, which alone keeps the cluster's data. */
    public String coordinator() {
        return hazelcast.getCluster().getMembers().stream()
                .filter(member -> !member.isLiteMember())
                .map(member -> member.getUuid().toString())
                .findFirst()
                .orElse("");
    }

    /** The address of the cluster here. */
    public String host() {
        return hazelcast.getCluster().getLocalMember().getAddress().getHost();
    }

    /** Whether only this machine reaches it. */
    public boolean isLoopback() throws ClusterException {
        return ClusterAddress.isLoopback(host());
    }

    /** The port of the cluster here. */
    public int port() {
        return hazelcast.getCluster().getLocalMember().getAddress().getPort();
    }

    /** Tells the id of each process that has gone, on a thread of the cluster's. */
    public void onGone(Consumer<String> gone) {
        hazelcast.getCluster().addMembershipListener(new MembershipListener() {
            @Override
            public void memberAdded(MembershipEvent event) {
                // Who has come introduces itself.
            }

            @Override
            public void memberRemoved(MembershipEvent event) {
                gone.accept(event.getMember().getUuid().toString());
            }
        });
    }

    /** Leaves the cluster and ends its Vert.x, within some seconds. */
    @Override
    public void close() {
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(STOP.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException ended) {
            // The process ends anyway; sockets close with it.
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
