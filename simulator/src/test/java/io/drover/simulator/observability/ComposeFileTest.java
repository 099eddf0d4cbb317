package io.drover.simulator.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** docker-compose.yml and the images' Dockerfiles, as far as they can be checked without Docker. */
class ComposeFileTest {
    @Test
    void prometheusScrapesTheManagementPortsOfTheComposeFile() throws IOException {
        JsonNode jobs = Dashboards.yaml(Dashboards.FOLDER.resolve("prometheus/prometheus.yml"))
                .path("scrape_configs");
        List<String> targets = new ArrayList<>();
        jobs.forEach(job -> job.at("/static_configs/0/targets").forEach(target -> targets.add(target.asText())));
        String compose = Files.readString(ComposedPrograms.ROOT.resolve("docker-compose.yml"));
        String worker = Files.readString(ComposedPrograms.ROOT.resolve("compose/worker.yaml"));

        assertThat(targets).containsExactlyInAnyOrder("127.0.0.1:9460", "127.0.0.1:9461", "127.0.0.1:9464");
        assertThat(compose).contains("--control-port=9460", "--control-port=9461");
        assertThat(worker).contains("port: 9464");
    }

    @Test
    void everyServiceOfTheComposeFileIsHealthCheckedAndCannotWriteItsImage() throws IOException {
        JsonNode services = Dashboards.yaml(ComposedPrograms.ROOT.resolve("docker-compose.yml"))
                .path("services");

        assertThat(services.properties()).hasSize(5);
        services.properties().forEach(service -> {
            assertThat(service.getValue().path("read_only").asBoolean())
                    .as(service.getKey())
                    .isTrue();
            assertThat(service.getValue().at("/healthcheck/test"))
                    .as(service.getKey())
                    .isNotEmpty();
            assertThat(service.getValue().path("cap_drop").path(0).asText())
                    .as(service.getKey())
                    .isEqualTo("ALL");
        });
    }

    @Test
    void theImagesOfBothProgramsRunAsAnOrdinaryUser() throws IOException {
        for (String module : List.of("worker", "simulator")) {
            List<String> lines = Files.readAllLines(ComposedPrograms.ROOT.resolve(module + "/Dockerfile"));
            assertThat(lines.stream().filter(line -> line.startsWith("USER ")))
                    .as(module)
                    .containsExactly("USER drover");
        }
    }
}
