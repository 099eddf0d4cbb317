package io.drover.worker.azure.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class TelemetrySourceTest {
    private final TelemetrySource source = new TelemetrySource(
            "ihsuprod-target-hub.servicebus.windows.net",
            "target-hub",
            "service",
            "c2VjcmV0",
            "$Default",
            Optional.empty());

    @Test
    void theKeyIsNeverPrinted() {
        assertThat(source.toString()).contains("target-hub", "service").doesNotContain("c2VjcmV0");
    }

    @Test
    void theConnectionStringIsTheDocumentedOne() {
        assertThat(source.connectionString())
                .isEqualTo("Endpoint=sb://ihsuprod-target-hub.servicebus.windows.net/;SharedAccessKeyName=service;"
                        + "SharedAccessKey=c2VjcmV0;EntityPath=target-hub");
    }
}
