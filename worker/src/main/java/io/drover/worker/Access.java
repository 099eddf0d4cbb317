package io.drover.worker;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Services that are used with keys of their own instead of Entra's tokens.
 *
 * @param hubs shared access policies of IoT hubs
 * @param provisioningServices shared access policies of provisioning services
 * @param applications API tokens of IoT Central applications
 */
public record Access(List<Policy> hubs, List<Policy> provisioningServices, List<ApiToken> applications) {
    public static final Access NONE = new Access(List.of(), List.of(), List.of());

    public Access {
        hubs = List.copyOf(hubs);
        provisioningServices = List.copyOf(provisioningServices);
        applications = List.copyOf(applications);
    }

    /** What a policy is used for. */
    public enum Use {
        ALL,
        /** Only to read a hub's telemetry; its REST API is called with Entra's tokens. */
        TELEMETRY
    }

    /**
     * A shared access policy.
     *
     * @param name of the service, or its host name
     */
    public record Policy(String name, String policy, Secret key, Use use) {
        private boolean isOf(String host) {
            return names(name, host);
        }
    }

    /**
     * An API token of an application.
     *
     * @param name the application's subdomain, or its host name
     * @param token as IoT Central showed it, {@code SharedAccessSignature …}
     */
    public record ApiToken(String name, Secret token) {}

    /** The policy for this hub, for whatever it is used. */
    public Optional<Policy> hub(String host) {
        return hubs.stream().filter(policy -> policy.isOf(host)).findFirst();
    }

    /** The policy for this provisioning service's API. */
    public Optional<Policy> provisioningService(String host) {
        return provisioningServices.stream().filter(policy -> policy.isOf(host)).findFirst();
    }

    /** The token for this application. */
    public Optional<ApiToken> application(String host) {
        return applications.stream().filter(token -> names(token.name(), host)).findFirst();
    }

    private static boolean names(String name, String host) {
        String asked = host.toLowerCase(Locale.ROOT);
        String own = name.toLowerCase(Locale.ROOT);
        return asked.equals(own) || asked.startsWith(own + ".");
    }
}
