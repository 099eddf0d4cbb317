package io.drover.worker.azure.arm;

import io.drover.worker.azure.AzureCall;
import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.AzureHttp;
import io.drover.worker.azure.Paging;
import io.drover.worker.azure.PathSegment;
import io.drover.worker.azure.quota.AzureLimit;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** Azure Resource Manager: finds applications, provisioning services and hubs by name (reference section f). */
public final class ArmClient {
    private static final String SUBSCRIPTIONS = "/subscriptions?api-version=2021-04-01";
    private static final String APPS = "Microsoft.IoTCentral/iotApps?api-version=2021-06-01";
    private static final String DPS = "Microsoft.Devices/provisioningServices?api-version=2022-02-05";
    private static final String HUBS = "Microsoft.Devices/IotHubs?api-version=2023-06-30";

    private final AzureHttp http;
    private final Paging paging;
    private final String base;

    /** The base URL is also the audience. */
    public ArmClient(AzureHttp http, String base) {
        this.http = http;
        this.paging = new Paging(http);
        this.base = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    }

    /** The subscriptions to look in: the configured one, or all that the client may see. */
    public Future<List<String>> subscriptions(String configured) {
        return visible()
                .map(list -> list.stream().map(Subscription::id).toList())
                .compose(known -> {
                    if (configured == null) {
                        return known.isEmpty()
                                ? Future.failedFuture(
                                        unknown("subscription", "any", known, "give the client a role in one"))
                                : Future.succeededFuture(known);
                    }
                    return known.contains(configured)
                            ? Future.succeededFuture(List.of(configured))
                            : Future.failedFuture(
                                    unknown("subscription", configured, known, "check migration.subscription"));
                });
    }

    /**
     * The IoT Central application with this subdomain. Fails naming those that are there.
     *
     * @param key the configuration's key that names it
     */
    public Future<CentralApplication> application(List<String> subscriptions, String subdomain, String key) {
        return find(
                subscriptions,
                "list-applications",
                APPS,
                CentralApplication::of,
                app -> app.subdomain().equalsIgnoreCase(subdomain),
                CentralApplication::subdomain,
                missing -> unknown("IoT Central application", subdomain, missing, "check " + key));
    }

    /**
     * The provisioning service with this name. Fails naming those that are there.
     *
     * @param key the configuration's key that names it
     */
    public Future<ProvisioningResource> provisioningService(List<String> subscriptions, String name, String key) {
        return find(
                subscriptions,
                "list-provisioning-services",
                DPS,
                ProvisioningResource::of,
                dps -> dps.name().equalsIgnoreCase(name),
                ProvisioningResource::name,
                missing -> unknown("provisioning service", name, missing, "check " + key));
    }

    /** The hubs with these host names, in one listing. Fails naming the first that is not there. */
    public Future<List<HubResource>> hubs(List<String> subscriptions, List<String> hostNames) {
        return hubs(subscriptions).compose(there -> {
            List<HubResource> found = new ArrayList<>();
            for (String host : hostNames) {
                there.stream()
                        .filter(hub -> hub.hostName().equalsIgnoreCase(host))
                        .findFirst()
                        .ifPresent(found::add);
                if (found.stream().noneMatch(hub -> hub.hostName().equalsIgnoreCase(host))) {
                    List<String> names =
                            there.stream().map(HubResource::hostName).sorted().toList();
                    return Future.failedFuture(
                            unknown("IoT hub", host, names, "give the client a role in the hub's subscription"));
                }
            }
            return Future.succeededFuture(List.copyOf(found));
        });
    }

    /** The subscriptions that the client sees. */
    public Future<List<Subscription>> visible() {
        return paging.allLinked(get("list-subscriptions", SUBSCRIPTIONS))
                .map(list -> list.stream().map(Subscription::of).toList());
    }

    /** All applications of these subscriptions. */
    public Future<List<CentralApplication>> applications(List<String> subscriptions) {
        return all(subscriptions, "list-applications", APPS, CentralApplication::of);
    }

    /** All provisioning services of these subscriptions. */
    public Future<List<ProvisioningResource>> provisioningServices(List<String> subscriptions) {
        return all(subscriptions, "list-provisioning-services", DPS, ProvisioningResource::of);
    }

    /** All hubs of these subscriptions. */
    public Future<List<HubResource>> hubs(List<String> subscriptions) {
        return all(subscriptions, "list-hubs", HUBS, HubResource::of);
    }

    /** The hub with this name or host name. Fails naming those that are there. */
    public Future<HubResource> sourceHub(List<String> subscriptions, String name) {
        return find(
                subscriptions,
                "list-hubs",
                HUBS,
                HubResource::of,
                hub -> hub.name().equalsIgnoreCase(name) || hub.hostName().equalsIgnoreCase(name),
                HubResource::name,
                missing -> unknown("IoT hub", name, missing, "check migration.source.hub"));
    }

    /** How much of the hub's device and message quota is used. */
    public Future<HubQuota> quota(HubResource hub) {
        return paging.allLinked(get("list-quota-metrics", hub.id() + "/quotaMetrics?api-version=2023-06-30"))
                .map(HubQuota::of);
    }

    /** The authorities of a provisioning service. */
    public CertificateClient certificates(ProvisioningResource service) {
        return new CertificateClient(http, base, service.id());
    }

    /** A key of the hub with the right ServiceConnect, needed for the built-in telemetry endpoint. */
    public Future<HubKey> serviceKey(HubResource hub) {
        AzureCall call = get("list-hub-keys", hub.id() + "/listkeys?api-version=2023-06-30")
                .with(HttpMethod.POST, null)
                .safeToRepeat();
        return http.send(call).compose(answer -> {
            JsonArray keys = answer.bodyAsJsonObject().getJsonArray("value", new JsonArray());
            for (int i = 0; i < keys.size(); i++) {
                JsonObject key = keys.getJsonObject(i);
                if (key.getString("rights", "").contains("ServiceConnect")) {
                    return Future.succeededFuture(new HubKey(key.getString("keyName"), key.getString("primaryKey")));
                }
            }
            return Future.failedFuture(new AzureException(
                    404,
                    "NoServicePolicy",
                    hub.hostName()
                            + " has no shared access policy with ServiceConnect, so its telemetry cannot be read."
                            + " Add one, or set migration.verification to connected."));
        });
    }

    /** What the signed-in principal may do with a resource. Needs a right to read it. */
    public Future<EffectivePermissions> permissions(String resourceId) {
        return paging.allLinked(get(
                        "list-permissions",
                        resourceId + "/providers/Microsoft.Authorization/permissions?api-version=2022-04-01"))
                .map(EffectivePermissions::of);
    }

    private AzureCall get(String operation, String path) {
        return AzureCall.get("arm", operation, base + path, base, AzureLimit.ARM_REQUESTS);
    }

    private <T> Future<T> find(
            List<String> subscriptions,
            String operation,
            String provider,
            Function<JsonObject, T> reader,
            Predicate<T> wanted,
            Function<T, String> name,
            Function<List<String>, AzureException> missing) {
        return all(subscriptions, operation, provider, reader)
                .compose(found -> found.stream()
                        .filter(wanted)
                        .findFirst()
                        .map(Future::succeededFuture)
                        .orElseGet(() -> Future.failedFuture(
                                missing.apply(found.stream().map(name).sorted().toList()))));
    }

    private <T> Future<List<T>> all(
            List<String> subscriptions, String operation, String provider, Function<JsonObject, T> reader) {
        Future<List<T>> all = Future.succeededFuture(new ArrayList<>());
        for (String subscription : subscriptions) {
            String path = "/subscriptions/" + PathSegment.encode(subscription) + "/providers/" + provider;
            all = all.compose(found -> paging.allLinked(get(operation, path)).map(page -> {
                page.stream().map(reader).forEach(found::add);
                return found;
            }));
        }
        return all;
    }

    private static AzureException unknown(String what, String asked, List<String> known, String advice) {
        String seen = known.isEmpty() ? "none is visible to this client" : "visible are: " + String.join(", ", known);
        return new AzureException(
                404, "Unknown", "There is no " + what + " '" + asked + "'; " + seen + ". To go on, " + advice + ".");
    }
}
