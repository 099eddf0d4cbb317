package io.drover.simulator.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Microsoft's OpenAPI documents of the emulated services, read from the folder that the system property {@code drover.openapi}
 * names; without it, from {@code ../shared/azure/openapi} beside the project or beside a folder above it.
 */
public final class OpenApiContract {
    private static final String PROPERTY = "drover.openapi";
    private static final int REFUSAL = 400;
    private static final int FAILURE = 500;

    /** By end of the host name, the most special first. */
    private static final List<Map.Entry<String, List<String>>> SERVICES = List.of(
            Map.entry(
                    "management.azure.test",
                    List.of("arm-iotcentral-2021-06-01", "arm-dps-2022-02-05", "arm-iothub-2023-06-30")),
            Map.entry(".azureiotcentral.test", List.of("iotcentral-dataplane-2022-07-31")),
            Map.entry("global.azure-devices-provisioning.test", List.of("dps-device-2021-10-01")),
            Map.entry(".azure-devices-provisioning.test", List.of("dps-service-2021-10-01")),
            Map.entry(".azure-devices.test", List.of("iothub-service-2021-04-12")));

    private final Map<String, OpenApiDocument> documents;

    private OpenApiContract(Map<String, OpenApiDocument> documents) {
        this.documents = documents;
    }

    /** The folder, if it is there. */
    static Optional<Path> folder() {
        String named = System.getProperty(PROPERTY);
        if (named != null && !named.isEmpty()) {
            return Optional.of(Path.of(named)).filter(Files::isDirectory);
        }
        return Stream.iterate(Path.of("").toAbsolutePath(), folder -> folder != null, Path::getParent)
                .map(folder -> folder.resolve("../shared/azure/openapi").normalize())
                .filter(Files::isDirectory)
                .findFirst();
    }

    /** What a skipped test says. */
    static String absence() {
        return "skipped: there is no folder of Microsoft's OpenAPI documents; name one with -D" + PROPERTY
                + "=FOLDER or put it at ../shared/azure/openapi";
    }

    static OpenApiContract read(Path folder) throws IOException {
        Map<String, OpenApiDocument> documents = new java.util.HashMap<>();
        for (Map.Entry<String, List<String>> service : SERVICES) {
            for (String name : service.getValue()) {
                documents.put(name, OpenApiDocument.read(folder, name));
            }
        }
        return new OpenApiContract(documents);
    }

    /**
     * Everything in which the exchanges differ from the documents, sorted and each once. A request that was refused is looked at
     * only when all requests are said to be meant in earnest; hosts without a document are left out.
     */
    Set<String> problems(List<Exchange> exchanges, boolean everyRequest) {
        Set<String> problems = new TreeSet<>();
        for (Exchange exchange : exchanges) {
            Optional<List<OpenApiDocument>> service = documentsOf(exchange.host());
            if (service.isEmpty()) {
                continue;
            }
            Optional<Operation> operation = service.get().stream()
                    .flatMap(document -> document.operation(exchange.method(), exchange.path()).stream())
                    .findFirst();
            if (operation.isEmpty()) {
                if (everyRequest || exchange.status() < REFUSAL) {
                    problems.add(service.get().get(0).name() + " " + exchange.method() + " " + exchange.path()
                            + ": no such operation");
                }
                continue;
            }
            if (everyRequest || exchange.status() < REFUSAL) {
                problems.addAll(operation.get().requestProblems(exchange));
            }
            problems.addAll(operation.get().answerProblems(exchange));
        }
        return problems;
    }

    /** The operations the exchanges used with success, as "document METHOD path". */
    Set<String> used(List<Exchange> exchanges) {
        return operations(exchanges, exchange -> exchange.status() < REFUSAL);
    }

    /** The operations that were refused at least once, for a reason that is the caller's. */
    Set<String> refused(List<Exchange> exchanges) {
        return operations(exchanges, exchange -> exchange.status() >= REFUSAL && exchange.status() < FAILURE);
    }

    private Set<String> operations(List<Exchange> exchanges, Predicate<Exchange> which) {
        Set<String> titles = new TreeSet<>();
        exchanges.stream()
                .filter(which)
                .forEach(exchange -> documentsOf(exchange.host())
                        .ifPresent(service -> service.stream()
                                .flatMap(document -> document.operation(exchange.method(), exchange.path()).stream())
                                .findFirst()
                                .ifPresent(operation -> titles.add(operation.title()))));
        return titles;
    }

    private Optional<List<OpenApiDocument>> documentsOf(String host) {
        return SERVICES.stream()
                .filter(service -> host.endsWith(service.getKey()))
                .findFirst()
                .map(service -> service.getValue().stream().map(documents::get).toList());
    }
}
