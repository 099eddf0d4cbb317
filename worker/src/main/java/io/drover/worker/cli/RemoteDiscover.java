package io.drover.worker.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists what the worker's client sees in Azure. */
@Command(
        name = "discover",
        description = "List what the worker sees: subscriptions, applications, provisioning services and hubs.",
        mixinStandardHelpOptions = true)
final class RemoteDiscover extends RemoteVerb {
    @Option(
            names = "--application",
            paramLabel = "SUBDOMAIN",
            description = "List the device templates and device groups of this IoT Central application too.")
    private String application;

    private record Item(String kind, String name, String state, String detail) {}

    @Override
    int run(RemoteWorker worker) throws Exception {
        JsonObject estate = worker.get("/estate");
        JsonObject contents =
                application == null ? null : worker.get("/estate/applications/" + RemoteWorker.segment(application));
        if (output() == Output.json) {
            out().println((contents == null ? estate : estate.put("application", contents)).encode());
            return WorkerCommand.DONE;
        }
        List<Item> items = items(estate);
        if (contents != null) {
            add(
                    items,
                    contents,
                    "deviceGroups",
                    one -> new Item("device group", one.getString("id"), "", one.getString("name")));
            add(
                    items,
                    contents,
                    "deviceTemplates",
                    one -> new Item(
                            "device template",
                            one.getString("id"),
                            one.getBoolean("movable") ? "movable" : "",
                            one.getString("name")));
        }
        boolean csv = output() == Output.csv;
        if (csv) {
            out().print("kind,name,state,detail\r\n");
        }
        for (Item item : items) {
            if (csv) {
                out().print(java.util.stream.Stream.of(item.kind(), item.name(), item.state(), item.detail())
                                .map(DiscoverCommand::quoted)
                                .collect(Collectors.joining(","))
                        + "\r\n");
            } else {
                out().printf("%-20s %-40s %-12s %s%n", item.kind(), item.name(), item.state(), item.detail());
            }
        }
        return WorkerCommand.DONE;
    }

    private static List<Item> items(JsonObject estate) {
        List<Item> items = new ArrayList<>();
        add(
                items,
                estate,
                "subscriptions",
                one -> new Item("subscription", one.getString("id"), "", one.getString("name")));
        add(
                items,
                estate,
                "applications",
                one -> new Item("application", one.getString("name"), "", text(one, "displayName")));
        add(
                items,
                estate,
                "provisioningServices",
                one -> new Item(
                        "provisioning service",
                        one.getString("name"),
                        text(one, "state"),
                        one.getString("idScope") + " "
                                + one.getJsonArray("hubs").stream()
                                        .map(String::valueOf)
                                        .collect(Collectors.joining(" "))));
        add(
                items,
                estate,
                "hubs",
                one -> new Item(
                        "hub",
                        one.getString("name"),
                        text(one, "state"),
                        one.getString("sku") + " x" + one.getInteger("units")));
        return items;
    }

    private static String text(JsonObject one, String field) {
        String text = one.getString(field);
        return text == null ? "" : text;
    }

    private static void add(
            List<Item> items, JsonObject in, String field, java.util.function.Function<JsonObject, Item> item) {
        in.getJsonArray(field, new JsonArray()).forEach(one -> items.add(item.apply((JsonObject) one)));
    }
}
