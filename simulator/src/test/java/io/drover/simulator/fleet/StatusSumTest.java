package io.drover.simulator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatusSumTest {
    @Test
    void countsAreAddedUpAndTheFleetBeganWithItsFirstProcess() {
        JsonObject one = new JsonObject("""
                {"devices":3,"phases":{"source":2,"target":1},"errors":{"tls":1},"startedAt":"2026-11-01T10:00:02Z"}""");
        JsonObject other = new JsonObject("""
                {"devices":4,"phases":{"source":4,"target":0},"errors":{"closed":5},"startedAt":"2026-11-01T10:00:01Z"}""");
        JsonObject waiting = new JsonObject("""
                {"devices":1,"phases":{"source":0,"target":0},"errors":{},"startedAt":null}""");

        JsonObject sum = StatusSum.of(List.of(one, other, waiting));

        assertThat(sum).isEqualTo(new JsonObject("""
                {"devices":8,"phases":{"source":6,"target":1},"errors":{"tls":1,"closed":5},
                 "startedAt":"2026-11-01T10:00:01Z"}"""));
    }
}
