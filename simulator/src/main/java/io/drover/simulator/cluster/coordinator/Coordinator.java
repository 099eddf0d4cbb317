package io.drover.simulator.cluster.coordinator;

import io.drover.simulator.cluster.ClusterException;
import io.drover.simulator.cluster.Hello;
import io.drover.simulator.cluster.MemberProtocol;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Leads a fleet's members from the first introduction to the last figure ({@link MemberProtocol}). Its state is on one event loop; its
 * methods may be called from any thread. A member that is lost once its part was given out breaks the whole.
 */
final class Coordinator extends VerticleBase {
    private static final long START_IN_MILLIS = 1_000;
    private static final int UNKNOWN = 1;

    /** How far the fleet is. */
    enum Phase {
        GATHERING,
        DEPLOYING,
        READY,
        RUNNING,
        ENDING
    }

    private final Admission admission;
    private final Plan plan;
    private final Consumer<String> steps;
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final Promise<Void> gathered = Promise.promise();
    private final Promise<String> broken = Promise.promise();
    private Phase phase = Phase.GATHERING;
    private int joined;
    private final Promise<Void> running = Promise.promise();
    private Future<Void> begun;
    private Instant startedAt;

    /** @param steps is told, for a person, who comes and goes */
    Coordinator(Admission admission, Plan plan, Consumer<String> steps) {
        this.admission = admission;
        this.plan = plan;
        this.steps = steps;
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(MemberProtocol.BEAT_MILLIS, look -> loseTheSilent());
        return Future.all(
                vertx.eventBus()
                        .<JsonObject>consumer(MemberProtocol.HELLO, this::hello)
                        .completion(),
                vertx.eventBus()
                        .<JsonObject>consumer(MemberProtocol.BEAT, this::beat)
                        .completion());
    }

    /** Completes when all have joined that are waited for. */
    Future<Void> gathered() {
        return gathered.future();
    }

    /** Completes when all have been told to begin. */
    Future<Void> running() {
        return running.future();
    }

    /** Completes with the reason when the fleet is no longer whole. */
    Future<String> broken() {
        return broken.future();
    }

    /** Who has not joined, for a person. */
    Future<String> missing() {
        return here(() -> Future.succeededFuture(members.size() + " of "
                + admission.expected().count() + " members have joined"
                + (names().isEmpty() ? "" : " (" + String.join(", ", names()) + ")") + "; missing: "
                + admission.expected().missing(names())));
    }

    private void hello(Message<JsonObject> message) {
        Hello hello;
        try {
            hello = Hello.of(message.body());
        } catch (IllegalArgumentException strange) {
            message.fail(UNKNOWN, "the introduction cannot be read; use the same simulator.jar everywhere");
            return;
        }
        Optional<String> refusal = admission.refusal(hello, names(), phase != Phase.GATHERING);
        if (refusal.isPresent()) {
            steps.accept("Refused " + hello + ": " + refusal.get());
            message.fail(UNKNOWN, refusal.get());
            return;
        }
        Member member = new Member(++joined, hello);
        members.put(hello.node(), member);
        int all = admission.expected().count();
        steps.accept("Joined (" + members.size() + " of " + all + "): " + hello);
        message.reply(new JsonObject()
                .put("accepted", true)
                .put("proof", hello.coordinatorProof(admission.secret(), admission.coordinator())));
        if (members.size() == all) {
            gathered.tryComplete();
        }
    }

    private Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        members.values().forEach(member -> names.add(member.name()));
        return names;
    }

    private void beat(Message<JsonObject> message) {
        Member member = members.get(message.body().getString("node"));
        if (member == null || member.isLost()) {
            message.fail(UNKNOWN, "this member is no longer counted upon; start it again for another run");
            return;
        }
        String leaving = message.body().getString("leaving");
        if (leaving == null) {
            member.beat(message.body());
        } else {
            lose(member, leaving);
        }
        message.reply(new JsonObject());
    }

    private void loseTheSilent() {
        for (Member member : List.copyOf(members.values())) {
            if (!member.isLost() && member.silentNanos() > TimeUnit.MILLISECONDS.toNanos(MemberProtocol.GONE_MILLIS)) {
                lose(member, "not a word for " + MemberProtocol.GONE_MILLIS / 1_000 + " s");
            }
        }
    }

    /** The process with this id has left the cluster. */
    void gone(String node) {
        context.runOnContext(here -> Optional.ofNullable(members.get(node))
                .filter(member -> !member.isLost())
                .ifPresent(member -> lose(member, "its process has gone, or the network to it")));
    }

    private void lose(Member member, String reason) {
        if (phase == Phase.ENDING || member.isLost()) {
            return;
        }
        if (phase == Phase.GATHERING) {
            members.remove(member.hello().node());
            steps.accept("Left before all had joined: " + member.hello() + ": " + reason);
            return;
        }
        String lost = member.describe() + " was lost: " + reason;
        member.lose(reason);
        steps.accept("Incomplete: " + lost);
        broken.tryComplete(lost);
    }

    /** Gives each its part; completes when all could begin, fails with a {@link ClusterException} when one cannot. */
    Future<Void> deploy() {
        return here(() -> {
            List<Member> all = List.copyOf(members.values());
            List<IndexRanges.Range> ranges;
            try {
                ranges = IndexRanges.of(
                        plan.scenario().devices(),
                        all.stream()
                                .map(member -> new IndexRanges.Capacity(
                                        member.hello().weight(), member.hello().most()))
                                .toList());
            } catch (ClusterException impossible) {
                return Future.failedFuture(impossible);
            }
            phase = Phase.DEPLOYING;
            List<Future<Void>> deployed = new ArrayList<>();
            for (int index = 0; index < all.size(); index++) {
                all.get(index).take(ranges.get(index));
                deployed.add(deploy(all.get(index)));
            }
            Promise<Void> done = Promise.promise();
            broken().onSuccess(lost -> done.tryFail(new ClusterException(lost)));
            Future.all(deployed)
                    .onSuccess(ready -> {
                        if (done.tryComplete()) {
                            phase = Phase.READY;
                        }
                    })
                    .onFailure(done::tryFail);
            return done.future();
        });
    }

    private Future<Void> deploy(Member member) {
        member.become(Member.State.DEPLOYING);
        JsonObject assignment = plan.assignment(member).toJson();
        return tell(
                        member,
                        MemberProtocol.DEPLOY,
                        new JsonObject().put("assignment", assignment),
                        MemberProtocol.DEPLOY_MILLIS)
                .<Void>map(ready -> {
                    member.become(Member.State.READY);
                    return null;
                })
                .recover(failure -> Future.failedFuture(new ClusterException(
                        member.describe() + " could not make its devices: " + failure.getMessage())));
    }

    /** Begins the ramp at one instant everywhere, once; fails while the members are not ready. */
    Future<Void> begin() {
        return here(() -> {
            if (begun == null) {
                if (phase != Phase.READY) {
                    return Future.failedFuture(new ClusterException("the fleet is "
                            + phase.name().toLowerCase(java.util.Locale.ROOT) + "; it can begin when it is ready"));
                }
                phase = Phase.RUNNING;
                startedAt = Instant.now().plusMillis(START_IN_MILLIS);
                long instant = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_IN_MILLIS);
                begun = Future.join(members.values().stream()
                                .map(member -> begin(member, instant))
                                .toList())
                        .<Void>mapEmpty()
                        .onSuccess(running::tryComplete);
            }
            return begun;
        });
    }

    private Future<Void> begin(Member member, long instant) {
        long sent = System.nanoTime();
        JsonObject start = new JsonObject().put("inMillis", TimeUnit.NANOSECONDS.toMillis(instant - sent));
        return tell(member, MemberProtocol.START, start, MemberProtocol.REPLY_MILLIS)
                .<Void>map(taken -> {
                    member.startTook((System.nanoTime() - sent) / 1e6);
                    member.become(Member.State.RUNNING);
                    return null;
                })
                .onFailure(failure -> lose(member, "it did not take the start (" + failure.getMessage() + ")"));
    }

    /** The sum of what the members told last, and each of them. */
    Future<FleetSum> view() {
        return here(() -> Future.succeededFuture(FleetSum.of(phase, startedAt, List.copyOf(members.values()))));
    }

    /** What the fleets of all members answer at the path, in their order; fails when one answers none, or no 200. */
    Future<List<String>> get(String path) {
        return here(() -> {
            List<Future<String>> asked = members.values().stream()
                    .filter(member -> !member.isLost())
                    .map(member -> get(member, path))
                    .toList();
            return Future.all(asked)
                    .map(answered -> asked.stream().map(Future::result).toList());
        });
    }

    private Future<String> get(Member member, String path) {
        return tell(member, MemberProtocol.GET, new JsonObject().put("path", path), MemberProtocol.GET_MILLIS)
                .compose(answer -> answer.getInteger("status") == 200
                        ? Future.succeededFuture(answer.getString("body"))
                        : Future.failedFuture(new IOException(
                                member.name() + " answers " + answer.getInteger("status") + " to " + path)));
    }

    /** Asks all for their last figures and gives what has come of it; a member that does not tell them is lost. */
    Future<CombinedReport> finish(String why) {
        return here(() -> {
            List<Future<Void>> told = members.values().stream()
                    .filter(member -> !member.isLost())
                    .map(this::lastFigures)
                    .toList();
            return Future.join(told).otherwiseEmpty().map(all -> {
                CombinedReport report = CombinedReport.of(plan, startedAt, why, List.copyOf(members.values()));
                phase = Phase.ENDING;
                return report;
            });
        });
    }

    private Future<Void> lastFigures(Member member) {
        return Future.all(get(member, "/fleet/status"), get(member, "/fleet/load"))
                .<Void>map(both -> {
                    member.beat(new JsonObject()
                            .put("status", new JsonObject(both.<String>resultAt(0)))
                            .put("load", new JsonObject(both.<String>resultAt(1))));
                    member.become(Member.State.DONE);
                    return null;
                })
                .onFailure(failure -> lose(member, "its last figures did not come (" + failure.getMessage() + ")"));
    }

    /** Tells all members that are left to stop; completes when they have heard it, or cannot. */
    Future<Void> dismiss(int exit, String reason) {
        return here(() -> {
            phase = Phase.ENDING;
            JsonObject stop = new JsonObject().put("exit", exit).put("reason", reason);
            return Future.join(members.values().stream()
                            .filter(member -> !member.isLost())
                            .map(member -> tell(member, MemberProtocol.STOP, stop, MemberProtocol.REPLY_MILLIS))
                            .toList())
                    .<Void>mapEmpty()
                    .otherwiseEmpty();
        });
    }

    private Future<JsonObject> tell(Member member, String what, JsonObject body, long timeoutMillis) {
        return vertx.eventBus()
                .<JsonObject>request(
                        MemberProtocol.memberAddress(member.hello().node()),
                        body.put(MemberProtocol.DO, what),
                        new DeliveryOptions().setSendTimeout(timeoutMillis))
                .map(Message::body);
    }

    private <T> Future<T> here(Supplier<Future<T>> action) {
        Promise<T> done = Promise.promise();
        context.runOnContext(now -> action.get().onComplete(done));
        return done.future();
    }
}
