package io.drover.simulator.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    void everyServiceIsHealthCheckedBoundedAndCannotWriteItsImage() throws IOException {
        assertThat(services().properties()).hasSize(8);
        services().properties().forEach(named -> {
            String name = named.getKey();
            JsonNode service = named.getValue();
            assertThat(service.path("read_only").asBoolean()).as(name).isTrue();
            assertThat(service.at("/healthcheck/test")).as(name).isNotEmpty();
            assertThat(service.path("cap_drop").path(0).asText()).as(name).isEqualTo("ALL");
            assertThat(service.path("security_opt").path(0).asText()).as(name).isEqualTo("no-new-privileges:true");
            assertThat(service.at("/deploy/resources/limits/memory").asText())
                    .as(name)
                    .isNotBlank();
            assertThat(service.at("/deploy/resources/limits/cpus").asText())
                    .as(name)
                    .isNotBlank();
            assertThat(service.path("user").asText()).as(name).matches("[1-9]\\d+(:\\d+)?");
        });
    }

    @Test
    void aProfileHasAllThatItsServicesWaitFor() throws IOException {
        for (String profile : List.of("rehearsal", "production")) {
            Set<String> members = new TreeSet<>();
            services().properties().forEach(service -> {
                if (words(service.getValue().path("profiles")).contains(profile)) {
                    members.add(service.getKey());
                }
            });
            assertThat(members).contains("postgres", "grafana");
            for (String member : members) {
                JsonNode service = services().path(member);
                service.path("depends_on")
                        .fieldNames()
                        .forEachRemaining(name -> assertThat(members).contains(name));
                assertThat(service.path("network_mode")
                                .asText("service:postgres")
                                .substring("service:".length()))
                        .isIn(members);
            }
        }
    }

    @Test
    void secretsAreFiles() throws IOException {
        JsonNode secrets = compose().path("secrets");
        services().properties().forEach(service -> {
            words(service.getValue().path("secrets"))
                    .forEach(name -> assertThat(secrets.path(name).path("file").asText())
                            .isEqualTo("${DROVER_SECRETS:-./compose/rehearsal-secrets}/" + name));
            service.getValue()
                    .path("environment")
                    .fieldNames()
                    .forEachRemaining(name -> assertThat(name).doesNotMatch(".*(SECRET|TOKEN|PASSWORD)"));
        });
        for (String name : words(services().path("worker").path("secrets"))) {
            assertThat(ComposedPrograms.ROOT.resolve("compose/rehearsal-secrets/" + name))
                    .isNotEmptyFile();
            for (String configuration : List.of("worker", "production")) {
                assertThat(Files.readString(ComposedPrograms.ROOT.resolve("compose/" + configuration + ".yaml")))
                        .contains("{ file: /run/secrets/" + name + " }");
            }
        }
    }

    @Test
    void aWorkerInProductionIsScrapedByItsNameAndRunsTheRehearsedCommand() throws IOException {
        JsonNode worker = services().path("worker");
        JsonNode production = services().path("production-worker");
        JsonNode scrape = Dashboards.yaml(Dashboards.FOLDER.resolve("prometheus/production.yml"));

        assertThat(scrape.at("/scrape_configs/0/job_name").asText()).isEqualTo("drover-worker");
        assertThat(scrape.at("/scrape_configs/0/static_configs/0/targets/0").asText())
                .isEqualTo("production-worker:9464");
        assertThat(production.path("image")).isEqualTo(worker.path("image"));
        assertThat(production.path("environment")).isEqualTo(worker.path("environment"));
        assertThat(words(production.path("command")))
                .containsExactlyElementsOf(words(worker.path("command")).stream()
                        .map(word -> word.replace("worker.yaml", "production.yaml"))
                        .toList());
    }

    @Test
    void theManifestsForKubernetesRunTheSameCommandAndLookAtTheSamePort() throws IOException {
        List<JsonNode> manifests = new YAMLMapper()
                .readerFor(JsonNode.class)
                .<JsonNode>readValues(
                        ComposedPrograms.ROOT.resolve("docs/kubernetes.yaml").toFile())
                .readAll();
        JsonNode pod = manifests.get(0).at("/spec/template");
        JsonNode container = pod.at("/spec/containers/0");

        assertThat(manifests)
                .extracting(manifest -> manifest.path("kind").asText())
                .containsExactly("Job", "PodDisruptionBudget");
        assertThat(words(container.path("args")))
                .containsExactlyElementsOf(words(services().path("worker").path("command")));
        assertThat(container.at("/ports/0/containerPort").asInt()).isEqualTo(9464);
        for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
            assertThat(container.path(probe).at("/httpGet/path").asText())
                    .as(probe)
                    .startsWith("/health/");
            assertThat(container.path(probe).at("/httpGet/port").asText())
                    .as(probe)
                    .isEqualTo("management");
        }
        assertThat(manifests.get(1).at("/spec/selector/matchLabels")).isEqualTo(pod.at("/metadata/labels"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rehearsal", "production"})
    void composeTakesTheFile(String profile) throws Exception {
        Optional<List<String>> client = composeClient();
        assertThat(client.isPresent() || !"1".equals(System.getenv("DROVER_REQUIRE_COMPOSE")))
                .as("docker compose is required here and is not installed")
                .isTrue();
        assumeTrue(client.isPresent(), "docker compose is not here: the file is not shown to it");

        assertThat(exitValue(client.get(), "--profile", profile, "config", "--quiet"))
                .hasValue(0);
    }

    /** The plug-in of the docker client, or the same program by its own name. */
    private static Optional<List<String>> composeClient() throws InterruptedException {
        for (List<String> client : List.of(List.of("docker", "compose"), List.of("docker-compose"))) {
            if (exitValue(client, "version").equals(OptionalInt.of(0))) {
                return Optional.of(client);
            }
        }
        return Optional.empty();
    }

    /** Empty where there is no such program. */
    private static OptionalInt exitValue(List<String> client, String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(client);
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .directory(ComposedPrograms.ROOT.toFile())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return OptionalInt.of(process.exitValue());
        } catch (IOException noSuchProgram) {
            return OptionalInt.empty();
        }
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

    private static JsonNode compose() throws IOException {
        return Dashboards.yaml(ComposedPrograms.ROOT.resolve("docker-compose.yml"));
    }

    private static JsonNode services() throws IOException {
        return compose().path("services");
    }

    private static List<String> words(JsonNode list) {
        List<String> words = new ArrayList<>();
        list.forEach(word -> words.add(word.asText()));
        return words;
    }
}
