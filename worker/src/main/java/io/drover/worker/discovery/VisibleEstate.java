package io.drover.worker.discovery;

import io.drover.worker.azure.AzureClients;
import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.arm.CentralApplication;
import io.drover.worker.azure.arm.HubQuota;
import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.arm.ProvisioningResource;
import io.drover.worker.azure.arm.Subscription;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.DeviceTemplate;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the signed-in client sees of all that a migration can name. Reads only. */
public final class VisibleEstate {
    /** What can be seen. */
    public enum Kind {
        SUBSCRIPTION("subscription"),
        APPLICATION("application"),
        DEVICE_TEMPLATE("device-template"),
        DEVICE_GROUP("device-group"),
        PROVISIONING_SERVICE("provisioning-service"),
        HUB("hub");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /** The word for it in lists. */
        public String label() {
            return label;
        }
    }

    /**
     * One of them.
     *
     * @param name as the configuration names it
     * @param within id of the subscription, or the application's subdomain; empty for a subscription
     * @param state empty where there is none
     * @param detail for a person
     */
    public record Item(Kind kind, String name, String within, String state, String detail) {}

    /** A resource and the subscription that it is in. */
    public record Within<T>(T resource, String subscription) {}

    /** All that can be seen but what applications hold. */
    public record Estate(
            List<Subscription> subscriptions,
            List<Within<CentralApplication>> applications,
            List<Within<ProvisioningResource>> services,
            List<Within<HubResource>> hubs) {}

    /** What a migration can name of an application. */
    public record Contents(List<CentralClient.DeviceGroup> groups, List<DeviceTemplate> templates) {}

    private final AzureClients azure;

    public VisibleEstate(AzureClients azure) {
        this.azure = azure;
    }

    /** Everything, subscription by subscription. {@code application} also shows what it has; null for none. */
    public Future<List<Item>> list(String application) {
        List<Item> items = new ArrayList<>();
        return azure.arm()
                .visible()
                .compose(subscriptions -> {
                    Future<Void> all = Future.succeededFuture();
                    for (Subscription subscription : subscriptions) {
                        all = all.compose(done -> list(subscription, items));
                    }
                    return all;
                })
                .compose(done -> application == null ? Future.succeededFuture() : application(application, items))
                .map(done -> List.copyOf(items));
    }

    /** Everything, subscription by subscription, as the services tell it. */
    public Future<Estate> read() {
        Estate estate = new Estate(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        return azure.arm()
                .visible()
                .compose(subscriptions -> {
                    Future<Void> all = Future.succeededFuture();
                    for (Subscription subscription : subscriptions) {
                        estate.subscriptions().add(subscription);
                        all = all.compose(done -> read(subscription.id(), estate));
                    }
                    return all;
                })
                .map(done -> estate);
    }

    private Future<Void> read(String subscription, Estate estate) {
        List<String> only = List.of(subscription);
        return azure.arm()
                .applications(only)
                .compose(applications -> azure.arm()
                        .provisioningServices(only)
                        .compose(services -> azure.arm().hubs(only).map(hubs -> {
                            applications.forEach(app -> estate.applications().add(new Within<>(app, subscription)));
                            services.forEach(service -> estate.services().add(new Within<>(service, subscription)));
                            hubs.forEach(hub -> estate.hubs().add(new Within<>(hub, subscription)));
                            return null;
                        })));
    }

    /** What an application holds. */
    public Future<Contents> contents(String subdomain) {
        CentralClient central = azure.central(subdomain);
        return central.templates()
                .compose(templates -> central.groups().map(groups -> new Contents(groups, templates)));
    }

    private Future<Void> list(Subscription subscription, List<Item> items) {
        List<String> only = List.of(subscription.id());
        items.add(new Item(Kind.SUBSCRIPTION, subscription.id(), "", subscription.state(), subscription.displayName()));
        Future<List<CentralApplication>> applications = azure.arm().applications(only);
        Future<List<ProvisioningResource>> services = azure.arm().provisioningServices(only);
        Future<List<HubResource>> hubs = azure.arm().hubs(only);
        return Future.all(applications, services, hubs).compose(all -> {
            applications.result().forEach(app -> items.add(application(app, subscription)));
            services.result().forEach(service -> items.add(service(service, subscription)));
            return hubs(hubs.result(), subscription, items);
        });
    }

    private static Item application(CentralApplication app, Subscription subscription) {
        String name = app.displayName() == null ? app.name() : app.displayName();
        return new Item(Kind.APPLICATION, app.subdomain(), subscription.id(), "", name);
    }

    private static Item service(ProvisioningResource service, Subscription subscription) {
        String hubs =
                service.linkedHubs().isEmpty() ? "no linked hub" : "hubs " + String.join(" ", service.linkedHubs());
        return new Item(
                Kind.PROVISIONING_SERVICE,
                service.name(),
                subscription.id(),
                service.state(),
                "ID scope " + service.idScope() + "; " + hubs);
    }

    private Future<Void> hubs(List<HubResource> hubs, Subscription subscription, List<Item> items) {
        Future<Void> all = Future.succeededFuture();
        for (HubResource hub : hubs) {
            all = all.compose(done -> azure.arm().quota(hub).map(Optional::of).recover(VisibleEstate::withheld))
                    .map(quota -> {
                        items.add(hub(hub, quota, subscription));
                        return null;
                    });
        }
        return all;
    }

    private static Item hub(HubResource hub, Optional<HubQuota> quota, Subscription subscription) {
        String use = quota.map(known -> known.devices() + "/" + known.mostDevices() + " devices, " + known.messages()
                        + "/" + known.mostMessages() + " messages today")
                .orElse("use not shown to this client");
        return new Item(
                Kind.HUB,
                hub.name(),
                subscription.id(),
                hub.state(),
                hub.sku() + ", " + hub.units() + (hub.units() == 1 ? " unit; " : " units; ") + use);
    }

    /** Reading a hub's metrics takes a right of its own. */
    private static Future<Optional<HubQuota>> withheld(Throwable cause) {
        return cause instanceof AzureException refused && refused.status() == 403
                ? Future.succeededFuture(Optional.empty())
                : Future.failedFuture(cause);
    }

    private Future<Void> application(String subdomain, List<Item> items) {
        CentralClient central = azure.central(subdomain);
        Future<List<DeviceTemplate>> templates = central.templates();
        Future<List<CentralClient.DeviceGroup>> groups = central.groups();
        return Future.all(templates, groups).map(both -> {
            templates.result().forEach(template -> items.add(template(template, subdomain)));
            groups.result()
                    .forEach(group -> items.add(
                            new Item(Kind.DEVICE_GROUP, group.id(), subdomain, "", named(group.displayName()))));
            return null;
        });
    }

    private static Item template(DeviceTemplate template, String subdomain) {
        String move = template.move()
                .map(command -> "; told to move by " + command.method())
                .orElse("; has no DeviceMove");
        return new Item(Kind.DEVICE_TEMPLATE, template.id(), subdomain, "", named(template.displayName()) + move);
    }

    private static String named(String displayName) {
        return displayName == null ? "" : displayName;
    }
}
