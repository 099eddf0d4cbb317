package io.drover.simulator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.load.LoadRecorder;
import io.drover.simulator.load.LoadReport;
import io.drover.simulator.load.LoadRun;
import io.drover.simulator.load.LoadStep;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FleetViewTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final LoadRecorder recorder = new LoadRecorder();
    private final LoadRun run = new LoadRun(recorder, 20_000, Duration.ofMillis(250), Clock.systemUTC());

    private static JsonObject status(int connected, int telemetry) {
        return new JsonObject()
                .put("phases", new JsonObject().put("source", connected).put("target", 1))
                .put("errors", new JsonObject().put("connack-5", 2))
                .put("telemetrySent", telemetry);
    }

    private FleetView view(boolean terminal) {
        return new FleetView(new PrintStream(shown, true, StandardCharsets.UTF_8), terminal);
    }

    private String text() {
        return shown.toString(StandardCharsets.UTF_8);
    }

    private LoadReport connects(int count) {
        for (int i = 0; i < count; i++) {
            recorder.record(LoadStep.CONNECT, i, 0, 12_000_000);
        }
        return run.report();
    }

    @Test
    void aTerminalShowsOneLineThatIsRedrawnAndNeverBreaks() {
        FleetView view = view(true);
        view.update(status(100, 50), connects(100), BEGIN);
        view.update(status(300, 250), connects(200), BEGIN.plusSeconds(2));

        assertThat(text()).doesNotContain("\n");
        String[] lines = text().split("\r\u001b\\[2K", -1);
        assertThat(lines).hasSize(3);
        assertThat(lines[2])
                .startsWith("\u001b[?7l")
                .endsWith("\u001b[?7h")
                .contains("connected 301, 100.0/s, failures 2,", "telemetry 100.0/s, connect p50 12.0 ms");
    }

    @Test
    void whatNarrowTerminalsShowSaysWhetherTheLoadIsTheIntendedOne() {
        view(true).update(status(19_999, 0), connects(1), BEGIN);

        String line = text().substring(text().indexOf("\u001b[?7l") + "\u001b[?7l".length());
        assertThat(line.substring(0, 80))
                .startsWith(run.report().verdict() + ", started ")
                .contains("connected 20000", "failures 2");
    }

    @Test
    void elsewhereThereIsAPlainLineEachTenSeconds() {
        FleetView view = view(false);
        for (int second = 0; second <= 20; second++) {
            view.update(status(second, second), connects(1), BEGIN.plusSeconds(second));
        }

        assertThat(text().lines())
                .hasSize(3)
                .allSatisfy(line -> assertThat(line)
                        .startsWith(run.report().verdict() + ", started ")
                        .doesNotContain("\u001b"));
    }
}
