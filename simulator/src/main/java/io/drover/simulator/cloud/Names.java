package io.drover.simulator.cloud;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * The host names and Entra audiences of the emulated Azure. They differ from the documented ones only in the suffix, so that no
 * request meant for the emulator can ever reach Azure.
 */
public record Names(String suffix) {
    public static final String DEFAULT_SUFFIX = "test";

    public Names {
        Objects.requireNonNull(suffix, "suffix");
        if (!suffix.matches("[a-z0-9]([a-z0-9.-]*[a-z0-9])?")) {
            throw new IllegalArgumentException(
                    "'" + suffix + "' is not a DNS suffix; use lower-case letters, digits and dots");
        }
    }

    public String login() {
        return "login.microsoftonline." + suffix;
    }

    public String resourceManager() {
        return "management.azure." + suffix;
    }

    public String central(String subdomain) {
        return subdomain.toLowerCase(Locale.ROOT) + centralDomain();
    }

    /** Host of the DPS device API, the same for every provisioning service. */
    public String globalProvisioning() {
        return "global" + provisioningDomain();
    }

    /** Host of one provisioning service's service API. */
    public String provisioning(String service) {
        return service.toLowerCase(Locale.ROOT) + provisioningDomain();
    }

    public String hub(String hub) {
        return hub.toLowerCase(Locale.ROOT) + hubDomain();
    }

    public String serviceBus(String namespace) {
        return namespace.toLowerCase(Locale.ROOT) + ".servicebus." + suffix;
    }

    /** Namespace of a hub's built-in endpoint for telemetry. */
    public String eventHubNamespace(String hub) {
        return "ihsuprod-" + hub.toLowerCase(Locale.ROOT);
    }

    public String resourceManagerAudience() {
        return "https://management.azure." + suffix;
    }

    public String centralAudience() {
        return "https://apps.azureiotcentral." + suffix;
    }

    public String provisioningAudience() {
        return "https://azure-devices-provisioning." + suffix;
    }

    public String hubAudience() {
        return "https://iothubs.azure." + suffix;
    }

    public boolean isCentral(String host) {
        return host.endsWith(centralDomain());
    }

    public boolean isProvisioning(String host) {
        return host.endsWith(provisioningDomain());
    }

    public boolean isHub(String host) {
        return host.endsWith(hubDomain());
    }

    /** What the one server certificate must cover: each service's host, by wildcard where the first label varies. */
    public List<String> certificateNames() {
        return List.of(
                login(),
                resourceManager(),
                "*" + centralDomain(),
                "*" + provisioningDomain(),
                "*" + hubDomain(),
                serviceBus("*"));
    }

    public Predicate<String> exactly(String host) {
        return host::equals;
    }

    private String centralDomain() {
        return ".azureiotcentral." + suffix;
    }

    private String provisioningDomain() {
        return ".azure-devices-provisioning." + suffix;
    }

    private String hubDomain() {
        return ".azure-devices." + suffix;
    }
}
