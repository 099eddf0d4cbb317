package io.drover.simulator.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The operations of some OpenAPI documents, and which of them the emulated cloud does not have: those of the test resource
 * {@code openapi/not-implemented.txt}. A walk over the others is held against both.
 */
public final class DocumentedOperations {
    private static final String NOT_IMPLEMENTED = "/openapi/not-implemented.txt";
    private static final String ABSENT = "absent ";
    private static final String REFUSED = "refused ";

    /** A call of an operation, its path parameters filled with a word that names nothing; a hub's one endpoint is named, though. */
    public record Call(String method, String path) {}

    private final OpenApiContract contract;
    private final List<Operation> operations;
    private final Set<String> absent;
    private final Set<String> neverGranted;

    private DocumentedOperations(OpenApiContract contract, List<Operation> operations) throws IOException {
        this.contract = contract;
        this.operations = operations;
        this.absent = lines(ABSENT, operations);
        this.neverGranted = lines(REFUSED, operations);
    }

    /** Reads documents by name; skips the test when there is no folder of them. */
    public static DocumentedOperations of(String... documents) throws IOException {
        Optional<Path> folder = OpenApiContract.folder();
        assumeTrue(folder.isPresent(), OpenApiContract.absence());
        // Two documents of Resource Manager share an operation; an exchange is held against the first.
        Map<String, Operation> operations = new LinkedHashMap<>();
        for (String document : documents) {
            OpenApiDocument.read(folder.get(), document)
                    .operations()
                    .forEach(operation ->
                            operations.putIfAbsent(operation.method() + " " + operation.template(), operation));
        }
        return new DocumentedOperations(OpenApiContract.read(folder.get()), List.copyOf(operations.values()));
    }

    public List<Call> implemented() {
        return operations.stream()
                .filter(operation -> !absent.contains(operation.title()))
                .map(DocumentedOperations::call)
                .toList();
    }

    public List<Call> absent() {
        return operations.stream()
                .filter(operation -> absent.contains(operation.title()))
                .map(DocumentedOperations::call)
                .toList();
    }

    /** Fails unless each operation succeeded exactly when it is said to be there, and each was refused once. */
    public void holdWalk(Path recording) throws IOException {
        List<Exchange> exchanges = Exchange.read(recording);
        Set<String> expected = titles();
        assertThat(expected).as("what is said not to be there is documented").containsAll(absent);
        assertThat(expected)
                .as("what is said never to be granted is documented")
                .containsAll(neverGranted);
        assertThat(among(contract.refused(exchanges)))
                .as("operations that were refused at least once")
                .isEqualTo(titles());
        expected.removeAll(absent);
        expected.removeAll(neverGranted);
        assertThat(among(contract.used(exchanges)))
                .as("operations that succeeded, against the documents without openapi/not-implemented.txt")
                .isEqualTo(expected);
    }

    private Set<String> titles() {
        return operations.stream().map(Operation::title).collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<String> among(Set<String> titles) {
        titles.retainAll(titles());
        return titles;
    }

    private static Call call(Operation operation) {
        return new Call(
                operation.method(),
                operation.document().basePath()
                        + operation
                                .template()
                                .replace("{eventHubEndpointName}", "events")
                                .replaceAll("\\{[^}]+}", "nothing"));
    }

    private static Set<String> lines(String kind, List<Operation> operations) throws IOException {
        Set<String> documents = operations.stream()
                .map(operation -> operation.document().name())
                .collect(Collectors.toSet());
        try (InputStream file = DocumentedOperations.class.getResourceAsStream(NOT_IMPLEMENTED)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(kind))
                    .map(line -> line.substring(kind.length()))
                    .filter(line -> documents.contains(line.substring(0, line.indexOf(' '))))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
