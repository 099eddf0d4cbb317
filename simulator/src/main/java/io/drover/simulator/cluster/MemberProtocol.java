package io.drover.simulator.cluster;

/**
 * The messages between a coordinator and its members, JSON over the cluster's event bus, each a request with a deadline. A member says
 * {@link #HELLO} once and {@link #BEAT} each second; the coordinator asks a member, at {@link #memberAddress}, to do the others,
 * one a message, named by its field {@link #DO}. What cannot be done is a failed reply whose text says why.
 */
public final class MemberProtocol {
    /** To the coordinator: a {@link Hello}. Answered by {@code {accepted, number, members, proof}} or a failure with the reason. */
    public static final String HELLO = "drover.fleet.hello";

    /** To the coordinator: {@code {node, status, health, load, lateMillis}}, or {@code {node, leaving}} with the reason. */
    public static final String BEAT = "drover.fleet.beat";

    /** Field of a message to a member: which of the following. */
    public static final String DO = "do";

    /** Make the devices of an {@link Assignment}; answered when they could begin. */
    public static final String DEPLOY = "deploy";

    /** Begin in {@code inMillis} milliseconds from now; answered at once. */
    public static final String START = "start";

    /** Answer what the fleet's HTTP answers at {@code path}: {@code {status, body}}. */
    public static final String GET = "get";

    /** End, for the {@code reason} given, with {@code exit} as exit code; answered at once. */
    public static final String STOP = "stop";

    /** Between two beats. */
    public static final long BEAT_MILLIS = 1_000;

    /** After so long without a beat, or an answer to one, the other side is gone. */
    public static final long GONE_MILLIS = 15_000;

    /** For a message that asks for nothing that takes time. */
    public static final long REPLY_MILLIS = 5_000;

    /** For a fleet's answer, which may be large. */
    public static final long GET_MILLIS = 10_000;

    /** For the devices to be made; the fleet's own processes give up before that. */
    public static final long DEPLOY_MILLIS = 180_000;

    private MemberProtocol() {}

    /** The address of the member with this id in the cluster. */
    public static String memberAddress(String node) {
        return "drover.fleet.member." + node;
    }
}
