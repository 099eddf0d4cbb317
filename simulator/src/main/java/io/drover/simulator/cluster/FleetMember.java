package io.drover.simulator.cluster;

import io.drover.simulator.ProgramVersion;
import io.drover.simulator.process.OpenFiles;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code simulator.jar fleet --join}: a part of a fleet that a coordinator leads. Runs on the caller's thread, and blocks it. */
public final class FleetMember {
    private static final int PROBE_MILLIS = 500;
    private static final int MOST_PROCESSES = 250;

    private final JoinOptions join;
    private final Integer processes;
    private final List<String> options;
    private final PrintWriter err;

    /**
     * @param processes that its devices may be spread over; null for as many as they need
     * @param options of its fleet that have to do with this machine
     * @param err for steps and complaints
     */
    public FleetMember(JoinOptions join, Integer processes, List<String> options, PrintWriter err) {
        this.join = join;
        this.processes = processes;
        this.options = List.copyOf(options);
        this.err = err;
    }

    /**
     * Runs until the coordinator says that it is over, or is gone, or standard input ends where that is asked for.
     *
     * @return the exit code
     * @throws ClusterException when it cannot take part
     */
    public int run(boolean stopWithStdin) throws ClusterException, InterruptedException {
        ClusterAddress coordinator = ClusterAddress.parse("--join", join.coordinator);
        ClusterSecret secret = ClusterSecret.of(System.getenv(), join.secretVariable);
        String host = clusterHost(coordinator);
        if (join.weight != null && join.weight < 1) {
            throw new ClusterException("--weight " + join.weight + ": give 1 or more");
        }
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(join.joinWithin);
        awaitCoordinator(coordinator, until);
        try (ClusterNode node = ClusterNode.join(coordinator, host, join.clusterPort)) {
            Hello hello = hello(secret, node);
            try (MemberFleet fleet = new MemberFleet(node.vertx(), options)) {
                MemberSession session = new MemberSession(
                        secret,
                        hello,
                        node.coordinator(),
                        fleet,
                        TimeUnit.NANOSECONDS.toMillis(Math.max(0, until - System.nanoTime())));
                return follow(node.vertx(), session, hello, stopWithStdin);
            }
        }
    }

    private int follow(Vertx vertx, MemberSession session, Hello hello, boolean stopWithStdin)
            throws ClusterException, InterruptedException {
        try {
            vertx.deployVerticle(session)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(join.joinWithin + 2 * MemberProtocol.REPLY_MILLIS / 1_000, TimeUnit.SECONDS);
        } catch (ExecutionException refused) {
            throw new ClusterException(refused.getCause().getMessage(), refused);
        } catch (TimeoutException late) {
            throw new ClusterException("the coordinator did not answer within " + join.joinWithin + " s", late);
        }
        say("Member " + hello + " of the fleet of " + join.coordinator + "; waiting to be told what to do.");
        if (stopWithStdin) {
            watchInput(session);
        }
        MemberSession.Outcome outcome;
        try {
            outcome = session.over().toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException impossible) {
            throw new IllegalStateException(impossible);
        }
        say("Over: " + outcome.reason());
        return outcome.exit();
    }

    private static void watchInput(MemberSession session) {
        Thread reader = new Thread(
                () -> {
                    try {
                        System.in.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException gone) {
                        // A broken pipe ends the member as an end of file does.
                    }
                    session.stopped("it was stopped on its machine");
                },
                "stdin-watch");
        reader.setDaemon(true);
        reader.start();
    }

    private String clusterHost(ClusterAddress coordinator) throws ClusterException {
        boolean here = ClusterAddress.isLoopback(coordinator.host());
        if (join.clusterHost == null && !here) {
            throw new ClusterException(
                    "the coordinator is on another machine and must reach this one: give --cluster-host "
                            + coordinator
                                    .reachedFrom()
                                    .map(own -> own + ", the address here that leads there")
                                    .orElse("and an address of this machine"));
        }
        if (join.clusterHost != null && ClusterAddress.isLoopback(join.clusterHost) != here) {
            throw new ClusterException("--join " + coordinator + " and --cluster-host " + join.clusterHost
                    + ": one is of this machine alone and the other is not, so they cannot reach each other");
        }
        return join.clusterHost == null ? ClusterAddress.LOOPBACK : join.clusterHost;
    }

    private void awaitCoordinator(ClusterAddress coordinator, long until)
            throws ClusterException, InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        while (!coordinator.listens(PROBE_MILLIS)) {
            if (System.nanoTime() > until || never.await(PROBE_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new ClusterException("no coordinator listens at " + coordinator + " (waited " + join.joinWithin
                        + " s); start it, or check --join and the firewall");
            }
        }
    }

    private Hello hello(ClusterSecret secret, ClusterNode node) {
        int processors = Runtime.getRuntime().availableProcessors();
        long pid = ProcessHandle.current().pid();
        String machine = machine();
        return new Hello(
                Hello.PROTOCOL,
                ProgramVersion.text(),
                node.id(),
                join.name == null ? machine + "-" + pid : join.name,
                pid,
                machine,
                processors,
                join.weight == null ? processors : join.weight,
                (int) Math.min(
                        Integer.MAX_VALUE,
                        (long) (processes == null ? MOST_PROCESSES : processes) * OpenFiles.connectionsPerProcess()),
                Hello.memberProof(secret, node.id(), node.coordinator()));
    }

    private static String machine() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "localhost";
        }
    }

    private void say(String what) {
        err.println(what);
        err.flush();
    }
}
