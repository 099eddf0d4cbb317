package io.drover.simulator.cloud;

import io.drover.simulator.cloud.arm.AccessPolicy;
import io.drover.simulator.cloud.arm.Resource;
import io.drover.simulator.cloud.arm.Subscription;
import io.drover.simulator.cloud.dps.CustomAllocationWebhook;
import io.drover.simulator.cloud.dps.EnrollmentGroup;
import io.drover.simulator.cloud.dps.LinkedHub;
import io.drover.simulator.cloud.dps.ProvisioningService;
import io.drover.simulator.cloud.entra.ServicePrincipal;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubSku;
import io.drover.simulator.cloud.quota.Quotas;
import io.drover.simulator.cloud.sas.SymmetricKey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Brings an estate into being in a {@link World}. What exists already stays as it is, so applying twice changes nothing. */
public final class EstateBuilder {
    private static final String LOCATION = "westeurope";
    private static final int RETENTION_DAYS = 1;

    private final World world;
    private final Quotas quotas;
    private final Clock clock;
    private final Duration assignmentTime;
    private final RandomGenerator random;
    private final CustomAllocationWebhook webhook;
    private final ApplicationBuilder applications;

    /** @param assignmentTime how long provisioning services take to assign a device */
    public EstateBuilder(
            World world,
            Quotas quotas,
            Clock clock,
            Duration assignmentTime,
            RandomGenerator random,
            CustomAllocationWebhook webhook) {
        this.webhook = webhook;
        this.assignmentTime = assignmentTime;
        this.applications = new ApplicationBuilder(world, clock, assignmentTime, random);
        this.world = world;
        this.quotas = quotas;
        this.clock = clock;
        this.random = random;
    }

    /** What cannot be built: references to hubs that neither exist nor are in the estate. */
    public List<String> mistakesIn(Estate estate) {
        Set<String> known = new HashSet<>();
        estate.hubs().forEach(hub -> known.add(hub.name().toLowerCase(Locale.ROOT)));
        List<String> mistakes = new ArrayList<>();
        for (int i = 0; i < estate.provisioningServices().size(); i++) {
            for (String hub : estate.provisioningServices().get(i).linkedHubs()) {
                boolean exists = known.contains(hub.toLowerCase(Locale.ROOT))
                        || world.hub(world.names().hub(hub)).isPresent();
                if (!exists) {
                    mistakes.add("provisioningServices[" + i + "].linkedHubs: there is no hub '" + hub + "'");
                }
            }
        }
        mistakes.addAll(applications.mistakesIn(estate.applications()));
        return mistakes;
    }

    public void build(Estate estate) {
        world.directory().addTenant(estate.tenantId());
        for (ServicePrincipal principal : estate.servicePrincipals()) {
            world.directory().put(estate.tenantId(), principal);
        }
        estate.users().forEach(user -> world.directory().put(estate.tenantId(), user));
        estate.apis().forEach(api -> world.directory().put(estate.tenantId(), api));
        for (Estate.SubscriptionSpec subscription : estate.subscriptions()) {
            world.resources()
                    .put(new Subscription(
                            estate.tenantId(), subscription.subscriptionId(), subscription.displayName()));
        }
        if (!estate.subscriptions().isEmpty()) {
            String subscriptionId = estate.subscriptions().get(0).subscriptionId();
            estate.hubs().forEach(hub -> build(hub, subscriptionId));
            estate.provisioningServices().forEach(service -> build(service, subscriptionId));
            estate.applications().forEach(application -> applications.build(application, subscriptionId));
        }
        world.built();
    }

    private void build(Estate.ProvisioningSpec spec, String subscriptionId) {
        List<Hub> hubs = spec.linkedHubs().stream()
                .flatMap(hub -> world.hub(world.names().hub(hub)).stream())
                .toList();
        ProvisioningService service = world.provisioningByHost()
                .computeIfAbsent(
                        world.names().provisioning(spec.name()),
                        host -> new ProvisioningService(
                                spec.name(), IdScopes.next(random), hubs, clock, assignmentTime, random));
        hubs.forEach(service::link);
        service.webhook(webhook);
        spec.enrollmentGroups().stream()
                .filter(group -> service.group(group).isEmpty())
                .forEach(group -> service.put(EnrollmentGroup.of(group, SymmetricKey.generate(random)), null));
        world.provisioningByIdScope().put(service.idScope(), service);
        world.resources()
                .put(new Resource(
                        Resource.Type.PROVISIONING_SERVICE,
                        subscriptionId,
                        spec.resourceGroup(),
                        spec.name(),
                        () -> provisioningBody(service),
                        () -> service.policies().values().stream()
                                .map(policy -> new AccessPolicy(
                                        policy.name(),
                                        policy.key().primary(),
                                        policy.key().secondary(),
                                        policy.rightsText()))
                                .toList()));
    }

    private JsonObject provisioningBody(ProvisioningService service) {
        JsonArray linked = new JsonArray();
        for (LinkedHub link : service.links()) {
            Hub hub = link.hub();
            linked.add(new JsonObject()
                    .put("name", hub.hostName())
                    .put(
                            "connectionString",
                            "HostName=" + hub.hostName() + ";SharedAccessKeyName=iothubowner;SharedAccessKey=****")
                    .put("location", LOCATION)
                    .put("applyAllocationPolicy", link.applyAllocationPolicy())
                    .put("allocationWeight", link.weight()));
        }
        return new JsonObject()
                .put("location", LOCATION)
                .put(
                        "sku",
                        new JsonObject()
                                .put("name", "S1")
                                .put("tier", "Standard")
                                .put("capacity", 1))
                .put(
                        "properties",
                        new JsonObject()
                                .put("state", "Active")
                                .put("provisioningState", "Succeeded")
                                .put("serviceOperationsHostName", world.names().provisioning(service.name()))
                                .put("deviceProvisioningHostName", world.names().globalProvisioning())
                                .put("idScope", service.idScope())
                                .put("allocationPolicy", "Hashed")
                                .put("iotHubs", linked));
    }

    private void build(Estate.HubSpec spec, String subscriptionId) {
        String hostName = world.names().hub(spec.name());
        Hub hub = world.hubs().computeIfAbsent(hostName, host -> {
            Hub made = new Hub(host, HubSku.valueOf(spec.sku()), spec.units(), clock, random);
            quotas.hub(made.name(), made.sku().size(), spec.units());
            made.dailyMessages().dayLasts(Duration.ofDays(1).dividedBy(quotas.timeCompression()));
            world.made(made);
            return made;
        });
        world.resources()
                .put(new Resource(
                        Resource.Type.IOT_HUB,
                        subscriptionId,
                        spec.resourceGroup(),
                        spec.name(),
                        () -> hubBody(hub),
                        () -> hub.policies().values().stream()
                                .map(policy -> new AccessPolicy(
                                        policy.name(),
                                        policy.key().primary(),
                                        policy.key().secondary(),
                                        policy.rightsText()))
                                .toList()));
    }

    private JsonObject hubBody(Hub hub) {
        JsonArray partitionIds = new JsonArray();
        for (int partition = 0; partition < hub.telemetry().partitions(); partition++) {
            partitionIds.add(Integer.toString(partition));
        }
        String namespace = world.names().eventHubNamespace(hub.name());
        JsonObject events = new JsonObject()
                .put("retentionTimeInDays", RETENTION_DAYS)
                .put("partitionCount", hub.telemetry().partitions())
                .put("partitionIds", partitionIds)
                .put("path", hub.name())
                .put("endpoint", "sb://" + world.names().serviceBus(namespace) + "/");
        return new JsonObject()
                .put("location", LOCATION)
                .put(
                        "sku",
                        new JsonObject()
                                .put("name", hub.sku().name())
                                .put("tier", tier(hub.sku()))
                                .put("capacity", hub.units()))
                .put(
                        "properties",
                        new JsonObject()
                                .put("hostName", hub.hostName())
                                .put("state", "Active")
                                .put("provisioningState", "Succeeded")
                                .put("disableLocalAuth", false)
                                .put("eventHubEndpoints", new JsonObject().put("events", events))
                                .put(
                                        "locations",
                                        new JsonArray()
                                                .add(new JsonObject()
                                                        .put("location", LOCATION)
                                                        .put("role", "primary"))));
    }

    private static String tier(HubSku sku) {
        return switch (sku.name().charAt(0)) {
            case 'F' -> "Free";
            case 'B' -> "Basic";
            default -> "Standard";
        };
    }
}
