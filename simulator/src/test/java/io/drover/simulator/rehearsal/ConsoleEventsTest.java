package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleEventsTest {
    private final List<Long> heard = new ArrayList<>();
    private final ConsoleEvents events = new ConsoleEvents(heard::add);

    @Test
    void theNumberIsThatOfTheWholeMigrationAndNotOfAWave() {
        events.handle(Buffer.buffer("event: migration\nid: 3\ndata: {\"name\":\"MIGRATED\",\"counts\":{\"PENDING\":5,"
                + "\"MIGRATED\":1207},\"waves\":[{\"counts\":{\"MIGRATED\":7}}]}\n\n"));

        assertThat(heard).containsExactly(1207L);
    }

    @Test
    void anEventThatComesInPartsIsHeardOnce() {
        for (char each : "event: migration\nid: 3\ndata: {\"counts\":{\"MIGRATED\":12}}\n\nevent: mi".toCharArray()) {
            events.handle(Buffer.buffer(String.valueOf(each)));
        }

        assertThat(heard).containsExactly(12L);
    }

    @Test
    void whatIsNotAboutTheMigrationIsPassedOver() {
        events.handle(Buffer.buffer(":\n\nevent: plan\nid: 3\ndata: {\"counts\":{\"MIGRATED\":9}}\n\n"));

        assertThat(heard).isEmpty();
        assertThat(ConsoleEvents.migrated(Buffer.buffer("{\"detail\":\"MIGRATED\"}")))
                .isEmpty();
    }
}
