package io.drover.simulator.rehearsal;

import io.drover.simulator.process.ChildProcess;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The workers of a rehearsal: started together, killed and started again as planned, followed to their common end.
 * Blocking; runs on the caller's thread.
 */
final class WorkerCrew implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration END_PATIENCE = Duration.ofSeconds(30);

    private final Supplier<ChildProcess> starter;
    private final Kills kills;
    private final boolean restart;
    private final ProgressView view;
    private final Clock clock;
    private final List<ChildProcess> running = new ArrayList<>();
    private final List<Instant> restarts = new ArrayList<>();
    private ChildProcess youngest;
    private Instant started;
    private Instant working;

    /**
     * {@code starter} starts one more worker on the common ledger.
     *
     * @param restart whether a killed worker is started again even when others live
     */
    WorkerCrew(Supplier<ChildProcess> starter, Kills kills, boolean restart, ProgressView view, Clock clock) {
        this.starter = starter;
        this.restart = restart;
        this.kills = kills;
        this.view = view;
        this.clock = clock;
    }

    /** Completes when all workers have ended by themselves; {@code alive} sees each of them now and then. */
    void run(int workers, Duration patience, Consumer<ChildProcess> alive) {
        Instant deadline = clock.instant().plus(patience);
        for (int i = 0; i < workers; i++) {
            running.add(start());
        }
        double migrated = 0;
        double finished = 0;
        while (!running.isEmpty()) {
            if (clock.instant().isAfter(deadline)) {
                throw running.get(0).failure("was not done within " + patience.toSeconds() + " s");
            }
            for (ChildProcess worker : List.copyOf(running)) {
                Optional<WorkerProgress> progress =
                        worker.nextLine(POLL.dividedBy(running.size())).flatMap(WorkerProgress::parse);
                alive.accept(worker);
                if (progress.isPresent()) {
                    migrated = progress.get().migratedShare();
                    finished = progress.get().finishedShare();
                    if (worker == youngest && working == null) {
                        working = clock.instant();
                    }
                    view.update(progress.get().render(24), clock.instant());
                }
                if (worker.hasEnded()) {
                    ended(worker);
                }
            }
            if (!running.isEmpty() && kills.due(migrated, finished, clock.instant(), started, working)) {
                kill(kills.victim(running.size()));
            }
        }
    }

    /** When killed workers were started again. */
    List<Instant> restarts() {
        return List.copyOf(restarts);
    }

    private ChildProcess start() {
        youngest = starter.get();
        started = clock.instant();
        working = null;
        return youngest;
    }

    private void ended(ChildProcess worker) {
        int exit = worker.awaitExit(END_PATIENCE);
        if (exit != 0 && exit != 2) {
            throw worker.failure("ended with exit code " + exit);
        }
        running.remove(worker);
    }

    private void kill(int victim) {
        ChildProcess worker = running.get(victim);
        worker.kill();
        worker.close();
        if (restart || running.size() == 1) {
            view.step("Worker killed (SIGKILL, number " + kills.done() + ") and started again.");
            running.set(victim, start());
            restarts.add(started);
        } else {
            view.step("Worker killed (SIGKILL, number " + kills.done() + "); the others have to do its work.");
            running.remove(victim);
        }
    }

    @Override
    public void close() {
        running.forEach(ChildProcess::close);
    }
}
