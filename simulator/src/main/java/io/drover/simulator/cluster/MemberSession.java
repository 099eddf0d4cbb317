package io.drover.simulator.cluster;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * A member's side of the conversation with its coordinator ({@link MemberProtocol}); all of it on one event loop. It introduces itself,
 * does what it is told, tells each second how its devices are, and is over when told so, or when no answer comes any more.
 */
final class MemberSession extends VerticleBase {
    private static final long AGAIN_MILLIS = 500;

    /**
     * How it ended.
     *
     * @param exit code of the process
     */
    record Outcome(int exit, String reason) {}

    private final ClusterSecret secret;
    private final Hello hello;
    private final String coordinator;
    private final MemberFleet fleet;
    private final Promise<Outcome> over = Promise.promise();
    private long lastAnswer;
    private long untilAccepted;
    private Double lateMillis;
    private boolean beating;

    /**
     * @param hello with the proof for this coordinator
     * @param coordinator its id in the cluster
     * @param acceptMillis how long a coordinator may take to listen, which it does soon after its cluster
     */
    MemberSession(ClusterSecret secret, Hello hello, String coordinator, MemberFleet fleet, long acceptMillis) {
        this.secret = secret;
        this.hello = hello;
        this.coordinator = coordinator;
        this.fleet = fleet;
        this.untilAccepted = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(acceptMillis);
    }

    /** Completes when it is over. */
    Future<Outcome> over() {
        return over.future();
    }

    /** Completes when the coordinator has taken it, fails with a {@link ClusterException} when not. */
    @Override
    public Future<?> start() {
        return vertx.eventBus()
                .<JsonObject>consumer(MemberProtocol.memberAddress(hello.node()), this::told)
                .completion()
                .compose(listening -> introduce())
                .compose(this::accepted);
    }

    private Future<JsonObject> introduce() {
        return request(MemberProtocol.HELLO, hello.toJson()).recover(failure -> {
            boolean notYet = failure instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS;
            if (notYet && System.nanoTime() < untilAccepted) {
                return vertx.timer(AGAIN_MILLIS, TimeUnit.MILLISECONDS).compose(waited -> introduce());
            }
            return Future.failedFuture(new ClusterException(
                    failure instanceof ReplyException reply && reply.failureType() == ReplyFailure.RECIPIENT_FAILURE
                            ? "the coordinator refuses: " + failure.getMessage()
                            : "the coordinator's cluster was joined, but it does not answer (" + failure.getMessage()
                                    + "); check that the port beside the cluster's can be reached both ways"));
        });
    }

    private Future<Void> accepted(JsonObject answer) {
        if (!Hello.coordinatorKnows(secret, answer.getString("proof"), coordinator, hello.node())) {
            return Future.failedFuture(new ClusterException(
                    "the coordinator did not show that it has this fleet's secret; nothing is taken from it"));
        }
        lastAnswer = System.nanoTime();
        vertx.setPeriodic(MemberProtocol.BEAT_MILLIS, beat -> beat());
        return Future.succeededFuture();
    }

    private void told(Message<JsonObject> message) {
        JsonObject told = message.body();
        answer(told)
                .onSuccess(message::reply)
                .onFailure(failure -> message.fail(1, String.valueOf(failure.getMessage())));
    }

    private Future<JsonObject> answer(JsonObject told) {
        return switch (told.getString(MemberProtocol.DO, "")) {
            case MemberProtocol.DEPLOY ->
                fleet.deploy(Assignment.of(told.getJsonObject("assignment")), this::fleetEnded)
                        .map(ready -> new JsonObject());
            case MemberProtocol.START -> beginIn(told.getLong("inMillis"));
            case MemberProtocol.GET -> fleet.get(told.getString("path"));
            case MemberProtocol.STOP -> {
                over.tryComplete(new Outcome(told.getInteger("exit"), told.getString("reason")));
                yield Future.succeededFuture(new JsonObject());
            }
            default ->
                Future.failedFuture(
                        new IllegalArgumentException("unknown message " + told.getString(MemberProtocol.DO)));
        };
    }

    private Future<JsonObject> beginIn(long millis) {
        long meant = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        fleet.begin(Instant.now().plusMillis(millis))
                .onSuccess(begun -> lateMillis = Math.max(0, System.nanoTime() - meant) / 1e6)
                .onFailure(failure -> leave(1, "its fleet did not begin: " + failure.getMessage()));
        return Future.succeededFuture(new JsonObject());
    }

    private void fleetEnded(String said) {
        context.runOnContext(here -> leave(1, said));
    }

    /** Over because a person wants it; from any thread. */
    void stopped(String reason) {
        context.runOnContext(here -> leave(0, reason));
    }

    /** Over by itself; the coordinator is told why, as far as it still listens. */
    private void leave(int exit, String reason) {
        if (over.tryComplete(new Outcome(exit, reason))) {
            request(
                    MemberProtocol.BEAT,
                    new JsonObject().put("node", hello.node()).put("leaving", reason));
        }
    }

    private void beat() {
        if (over.future().isComplete()) {
            return;
        }
        if (System.nanoTime() - lastAnswer > TimeUnit.MILLISECONDS.toNanos(MemberProtocol.GONE_MILLIS)) {
            over.tryComplete(new Outcome(
                    1,
                    "the coordinator has not answered for " + MemberProtocol.GONE_MILLIS / 1_000 + " s; it is gone"));
            return;
        }
        if (beating) {
            return;
        }
        beating = true;
        figures()
                .compose(figures -> request(MemberProtocol.BEAT, figures))
                .onSuccess(answer -> lastAnswer = System.nanoTime())
                .onFailure(this::unanswered)
                .onComplete(done -> beating = false);
    }

    /** A fleet that is slow to tell is no reason to be silent. */
    private Future<JsonObject> figures() {
        JsonObject figures = new JsonObject().put("node", hello.node()).put("lateMillis", lateMillis);
        return fleet.isDeployed()
                ? Future.all(fleet.json("/fleet/status"), fleet.json("/health/ready"), fleet.json("/fleet/load"))
                        .map(all -> figures.put("status", all.<JsonObject>resultAt(0))
                                .put("health", all.<JsonObject>resultAt(1))
                                .put("load", all.<JsonObject>resultAt(2)))
                        .otherwise(figures)
                : Future.succeededFuture(figures);
    }

    private void unanswered(Throwable failure) {
        if (failure instanceof ReplyException reply && reply.failureType() == ReplyFailure.RECIPIENT_FAILURE) {
            over.tryComplete(new Outcome(1, "the coordinator says: " + failure.getMessage()));
        }
    }

    private Future<JsonObject> request(String address, JsonObject body) {
        return vertx.eventBus()
                .<JsonObject>request(address, body, new DeliveryOptions().setSendTimeout(MemberProtocol.REPLY_MILLIS))
                .map(Message::body);
    }
}
