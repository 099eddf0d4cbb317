package io.drover.simulator.contract;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Logger;

/** Holds a recording of the emulated cloud against the OpenAPI documents, where they are present. */
public final class RecordedContract {
    private static final Logger LOG = Logger.getLogger(RecordedContract.class.getName());

    private RecordedContract() {}

    /**
     * Fails with the list of all deviations of granted requests and of answers that are not known ones. Says so in the log when there
     * are no documents.
     */
    public static void hold(Path recording) throws IOException {
        hold(recording, false);
    }

    /** The same for a rehearsal, where also a request that was refused was one that the worker meant. */
    public static void holdEveryRequest(Path recording) throws IOException {
        hold(recording, true);
    }

    private static void hold(Path recording, boolean everyRequest) throws IOException {
        Optional<Path> folder = OpenApiContract.folder();
        if (folder.isEmpty()) {
            LOG.info(OpenApiContract.absence());
            return;
        }
        List<Exchange> exchanges = Exchange.read(recording);
        Set<String> unexplained =
                KnownDeviations.unexplained(OpenApiContract.read(folder.get()).problems(exchanges, everyRequest));
        if (!unexplained.isEmpty()) {
            throw new AssertionError(
                    "not as the OpenAPI documents say, and no known deviation:\n" + String.join("\n", unexplained));
        }
    }
}
