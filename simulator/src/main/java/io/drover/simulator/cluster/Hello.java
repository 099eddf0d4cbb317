package io.drover.simulator.cluster;

import io.vertx.core.json.JsonObject;

/**
 * How a process introduces itself to the coordinator.
 *
 * @param protocol of these messages
 * @param version of the program
 * @param node id in the cluster
 * @param name for people, unique in the fleet
 * @param host the machine, for people
 * @param weight its share of the devices, relative to the others'
 * @param most devices it can have
 * @param proof that it has the fleet's secret
 */
public record Hello(
        int protocol,
        String version,
        String node,
        String name,
        long pid,
        String host,
        int processors,
        int weight,
        int most,
        String proof) {
    /** Of these messages; a change that older programs would not understand counts it up. */
    public static final int PROTOCOL = 1;

    private static final String MEMBER = "member";
    private static final String COORDINATOR = "coordinator";

    /** What a member proves its secret with, to the coordinator of this id. */
    public static String memberProof(ClusterSecret secret, String node, String coordinator) {
        return secret.proof(MEMBER, node, coordinator);
    }

    /** Whether the member has the secret of the coordinator of this id. */
    public boolean knows(ClusterSecret secret, String coordinator) {
        return secret.isShownBy(proof, MEMBER, node, coordinator);
    }

    /** What a coordinator proves its secret with, to the member that said this. */
    public String coordinatorProof(ClusterSecret secret, String coordinator) {
        return secret.proof(COORDINATOR, coordinator, node);
    }

    /** Whether the coordinator that gave the proof has the member's secret. */
    static boolean coordinatorKnows(ClusterSecret secret, String given, String coordinator, String node) {
        return secret.isShownBy(given, COORDINATOR, coordinator, node);
    }

    /** As it goes over the event bus. */
    public JsonObject toJson() {
        return JsonObject.mapFrom(this);
    }

    /**
     * Reads what {@link #toJson()} gave.
     *
     * @throws IllegalArgumentException when it is something else
     */
    public static Hello of(JsonObject json) {
        return json.mapTo(Hello.class);
    }

    @Override
    public String toString() {
        return "'" + name + "' (process " + pid + " on " + host + ")";
    }
}
