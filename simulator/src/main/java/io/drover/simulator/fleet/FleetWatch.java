package io.drover.simulator.fleet;

import io.drover.simulator.load.HdrLog;
import io.drover.simulator.load.LoadReport;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Looks at a running fleet each second until it ends: shows it, keeps its log of histograms, writes its rows. Blocks. */
public final class FleetWatch implements AutoCloseable {
    private static final long LOOK_SECONDS = 1;
    private static final long ANSWER_SECONDS = 25;

    private final FleetFigures figures;
    private final FleetView view;
    private final HdrLog hdrLog;
    private final Path csv;
    private final Clock clock;

    /**
     * Begins to look.
     *
     * @param view null to show nothing
     * @throws IOException when a file of the options cannot be written, which is better known before the fleet runs than after
     */
    public FleetWatch(FleetFigures figures, FleetView view, LoadOptions options, Clock clock) throws IOException {
        this.figures = figures;
        this.view = view;
        this.csv = options.csv;
        this.clock = clock;
        if (csv != null) {
            Files.writeString(csv, "");
        }
        this.hdrLog = options.hdrLog == null ? null : new HdrLog(options.hdrLog, clock.millis());
    }

    /** Returns when the end has come. */
    public void until(CountDownLatch end) throws InterruptedException {
        if (view == null && hdrLog == null) {
            end.await();
            return;
        }
        while (!end.await(LOOK_SECONDS, TimeUnit.SECONDS)) {
            try {
                look(false);
            } catch (ExecutionException | TimeoutException noAnswer) {
                // A process that is busy or gone is seen by others; the next look may have more.
            }
        }
    }

    private void look(boolean last) throws InterruptedException, ExecutionException, TimeoutException {
        LoadReport report = got(figures.load());
        if (hdrLog != null) {
            hdrLog.add(report, clock.millis());
        }
        if (view != null) {
            JsonObject status = got(figures.status());
            if (last) {
                view.summary(status, report);
            } else {
                view.update(status, report, clock.instant());
            }
        }
    }

    /**
     * Writes what is written at the end.
     *
     * @throws IOException when a file could not be written, or a process of the fleet gave no answer
     */
    public void finish() throws IOException, InterruptedException {
        try {
            if (view != null || hdrLog != null) {
                look(true);
            }
            if (csv != null) {
                Files.write(csv, got(figures.rows()).getBytes());
            }
        } catch (ExecutionException failed) {
            throw new IOException(failed.getCause().getMessage(), failed.getCause());
        } catch (TimeoutException late) {
            throw new IOException("no answer of the fleet within " + ANSWER_SECONDS + " s", late);
        }
        if (hdrLog != null && !hdrLog.isWhole()) {
            throw new IOException("the log of histograms could not be written whole; is the disk full?");
        }
    }

    private static <T> T got(Future<T> answer) throws InterruptedException, ExecutionException, TimeoutException {
        return answer.toCompletionStage().toCompletableFuture().get(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        if (hdrLog != null) {
            hdrLog.close();
        }
    }
}
