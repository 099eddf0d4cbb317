package io.drover.worker.cli;

import io.drover.worker.azure.AzureClients;
import io.drover.worker.discovery.VisibleEstate;
import io.drover.worker.discovery.VisibleEstate.Item;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists what a migration could name; changes nothing. Needs the configuration's sign-in only. */
@Command(
        name = "discover",
        description = "List what this client sees: subscriptions, applications, provisioning services and hubs.",
        mixinStandardHelpOptions = true)
final class DiscoverCommand implements Callable<Integer> {
    /** There may be no migration in the configuration yet, and none is needed. */
    private static final String NO_MIGRATION =
            "migration={ name: none, source: { application: none, deviceGroup: none }, target: { provisioningService: none } }";

    @Mixin
    private CommonOptions options;

    @Option(
            names = "--application",
            paramLabel = "SUBDOMAIN",
            description = "List the device templates and device groups of this IoT Central application too.")
    private String application;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        List<String> settings = new ArrayList<>(options.settings);
        settings.add(NO_MIGRATION);
        options.settings = settings;
        try (WorkerProcess process = new WorkerProcess(options)) {
            AzureClients azure = new AzureClients(process.vertx, process.config, process.meters, Clock.systemUTC());
            List<Item> items = WorkerProcess.await(new VisibleEstate(azure).list(application));
            PrintWriter out = spec.commandLine().getOut();
            switch (options.output) {
                case json -> out.println(json(items).encode());
                case csv -> {
                    out.print("kind,name,within,state,detail\r\n");
                    items.forEach(item -> out.print(
                            fields(item).map(DiscoverCommand::quoted).collect(Collectors.joining(",")) + "\r\n"));
                }
                case table, html ->
                    items.forEach(item -> out.printf(
                            "%-20s %-40s %-12s %s%n", item.kind().label(), item.name(), item.state(), item.detail()));
            }
            out.flush();
            return WorkerCommand.DONE;
        }
    }

    private static JsonArray json(List<Item> items) {
        JsonArray all = new JsonArray();
        items.forEach(item -> all.add(new JsonObject()
                .put("kind", item.kind().label())
                .put("name", item.name())
                .put("within", item.within())
                .put("state", item.state())
                .put("detail", item.detail())));
        return all;
    }

    private static Stream<String> fields(Item item) {
        return Stream.of(item.kind().label(), item.name(), item.within(), item.state(), item.detail());
    }

    static String quoted(String field) {
        boolean special = field.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return special ? '"' + field.replace("\"", "\"\"") + '"' : field;
    }
}
