package io.drover.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.device.DeviceState;
import io.drover.worker.device.FailureReason;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.WavePolicy;
import io.drover.worker.owned.OwnedMapping.Rule;
import io.drover.worker.permission.RequiredCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documents say of the program, held against the program. */
class DocumentationTest {
    private static final Path DOCS = Path.of("").toAbsolutePath().resolveSibling("docs");

    @TempDir
    Path directory;

    @Test
    void theStateDiagramNamesEveryStateAndNoOther() throws IOException {
        String diagram = block("architecture.md", "mermaid");
        Set<String> named = new TreeSet<>();
        Matcher arrow = Pattern.compile("(?m)^\\s*(\\S+) --> ([^\\s:]+)").matcher(diagram);
        while (arrow.find()) {
            named.addAll(List.of(arrow.group(1), arrow.group(2)));
        }
        named.remove("[*]");

        assertThat(named)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(DeviceState.values()).map(Enum::name).toList());
    }

    @Test
    void theStateDiagramEndsExactlyInTheFinalStates() throws IOException {
        String diagram = block("architecture.md", "mermaid");
        for (DeviceState state : DeviceState.values()) {
            assertThat(diagram.contains(state + " --> [*]")).as(state.name()).isEqualTo(state.isFinal());
            assertThat(Pattern.compile("(?m)^\\s*" + state + " --> [A-Z]")
                            .matcher(diagram)
                            .find())
                    .as(state.name())
                    .isNotEqualTo(state.isFinal());
        }
    }

    @Test
    void theDocumentedConfigurationIsOneTheLoaderTakes() throws IOException {
        Path file = Files.writeString(directory.resolve("drover.yaml"), documented());
        for (String pem : List.of("ca.pem", "chain.pem", "key.pem", "root.pem", "root-key.pem")) {
            Files.createFile(directory.resolve(pem));
        }
        Files.createDirectory(directory.resolve("devices"));
        Files.writeString(directory.resolve("mapping.yaml"), block("mapping.md", "yaml"));
        Files.writeString(directory.resolve("depot.csv"), "device_id\ntruck-7,Hamburg\n");

        WorkerConfig config = WorkerConfigLoader.load(file, List.of(), variable -> "a secret of some length");

        assertThat(config.management().port()).isEqualTo(9464);
        assertThat(config.network().connectTo()).hasSize(1);
        assertThat(config.migration().owned().mapping().rules())
                .contains(new Rule("cloud.site", "tags.depot"), new Rule("cloud.notes", null));
        assertThat(config.rollout().waves())
                .extracting(WavePolicy::name)
                .containsExactly("canary", "depot", "south", "north", "tenth", "rest");
        assertThat(config.rollout().waves().get(1).selection())
                .isEqualTo(new WavePolicy.Listed("depot.csv", Set.of("truck-7")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"worker.yaml", "production.yaml"})
    void theConfigurationsOfTheComposeFileAreOnesTheLoaderTakes(String name) throws IOException {
        Path compose = Files.createDirectories(directory.resolve("compose"));
        Files.createDirectories(directory.resolve("data"));
        Files.createFile(directory.resolve("data/ca.pem"));
        for (String secret : List.of("client-secret", "ledger-password")) {
            Files.writeString(directory.resolve(secret), "a secret of some length\n");
        }
        String text = Files.readString(DOCS.resolveSibling("compose").resolve(name));
        Path file = Files.writeString(compose.resolve(name), text.replace("/run/secrets/", directory + "/"));

        WorkerConfig config = WorkerConfigLoader.load(file, List.of(), variable -> null);

        assertThat(config.management().port()).isEqualTo(9464);
        assertThat(config.ledger().password().value()).isEqualTo("a secret of some length");
    }

    @Test
    void everyKeyTheLoaderKnowsIsDocumented() throws IOException {
        String text = Files.readString(DOCS.resolve("configuration.md"));
        Path file = Files.writeString(directory.resolve("drover.yaml"), withAnUnknownKeyInEverySection());
        Files.createFile(directory.resolve("ca.pem"));
        Set<String> known = known(file);

        for (String kind : List.of("clientCertificate", "managedIdentity", "workloadIdentity", "azureCli")) {
            Files.writeString(file, "entra: { " + kind + ": { nonsense: 1 } }");
            known.addAll(known(file));
        }

        assertThat(known)
                .contains(
                        "tenant",
                        "tokenFile",
                        "resourceId",
                        "deviceTemplate",
                        "timeCompression",
                        "connectTo",
                        "maxInFlight");
        assertThat(known).allSatisfy(key -> assertThat(text).containsPattern("\\b" + key + ":"));
    }

    private static Set<String> known(Path file) {
        Set<String> known = new TreeSet<>();
        try {
            WorkerConfigLoader.load(file, List.of(), variable -> "a secret of some length");
        } catch (ConfigException mistakes) {
            Matcher matcher = Pattern.compile("known here: ([^.]+)\\.").matcher(mistakes.getMessage());
            while (matcher.find()) {
                known.addAll(List.of(matcher.group(1).split(", ")));
            }
        }
        return known;
    }

    @Test
    void everyStateAndReasonIsExplainedToOperators() throws IOException {
        String text = Files.readString(DOCS.resolve("operations.md"));
        for (DeviceState state : DeviceState.values()) {
            assertThat(text).contains("| `" + state + "` |");
        }
        for (MigrationState state : MigrationState.values()) {
            assertThat(text).contains("| `" + state + "` |");
        }
        for (FailureReason reason : FailureReason.values()) {
            assertThat(text).contains("| `" + reason + "` | " + reason.text() + " | " + reason.nextAction() + " |");
        }
    }

    @Test
    void everyCallThatNeedsARightIsInTheTableAndNoOther() throws IOException {
        String text = Files.readString(DOCS.resolve("configuration.md"));
        String table = text.substring(text.indexOf("## What the service principal needs"));
        List<String> rows = table.lines().filter(line -> line.startsWith("| `")).toList();

        assertThat(rows)
                .containsExactlyElementsOf(Arrays.stream(RequiredCall.values())
                        .map(call -> "| `" + call + "` " + call.text() + " | "
                                + (call.action().isEmpty() ? "" : "`" + call.action() + "`") + " | "
                                + call.policyRight() + " | " + call.role() + " |")
                        .toList());
    }

    private static String withAnUnknownKeyInEverySection() {
        List<String> sections =
                List.of("entra", "migration", "dispatch", "ledger", "management", "webhook", "network", "azure");
        StringBuilder yaml = new StringBuilder("nonsense: 1\n");
        for (String section : sections) {
            yaml.append(section).append(": { nonsense: 1");
            yaml.append(
                    section.equals("migration")
                            ? ", source: { nonsense: 1 }, target: { nonsense: 1 }, deadlines: { nonsense: 1 },"
                                    + " credentials: { nonsense: 1, signingCertificates: [ { nonsense: 1 } ] },"
                                    + " rollout: { nonsense: 1, rate: { nonsense: 1 }, stop: { nonsense: 1 },"
                                    + " windows: [ { nonsense: 1 } ],"
                                    + " waves: [ { nonsense: 1, match: { nonsense: 1 } } ] } }\n"
                            : switch (section) {
                                case "webhook" -> ", tls: { nonsense: 1 } }\n";
                                case "dispatch" -> ", job: { nonsense: 1 } }\n";
                                default -> " }\n";
                            });
        }
        return yaml.toString();
    }

    /** The example with its placeholders filled in. */
    private static String documented() throws IOException {
        return block("configuration.md", "yaml").replaceAll("<[^>]+>", "11111111-1111-1111-1111-111111111111");
    }

    private static String block(String document, String language) throws IOException {
        Matcher block = Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(DOCS.resolve(document)));
        assertThat(block.find()).as(language + " in " + document).isTrue();
        return block.group(1);
    }
}
