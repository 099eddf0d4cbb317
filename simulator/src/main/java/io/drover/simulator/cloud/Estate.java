package io.drover.simulator.cloud;

import io.drover.simulator.cloud.central.Role;
import io.drover.simulator.cloud.entra.DirectoryUser;
import io.drover.simulator.cloud.entra.RegisteredApi;
import io.drover.simulator.cloud.entra.ServicePrincipal;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** What exists in the emulated Azure: the body of {@code PUT /control/estate}. Everything in it is created or completed, never removed. */
public record Estate(
        String tenantId,
        List<ServicePrincipal> servicePrincipals,
        List<DirectoryUser> users,
        List<RegisteredApi> apis,
        List<SubscriptionSpec> subscriptions,
        List<HubSpec> hubs,
        List<ProvisioningSpec> provisioningServices,
        List<ApplicationSpec> applications) {

    /** A subscription; resources are in the first one. */
    public record SubscriptionSpec(String subscriptionId, String displayName) {}

    /** A hub by its resource name. */
    public record HubSpec(String name, String resourceGroup, String sku, int units) {}

    /** A provisioning service, the names of the hubs linked to it, and symmetric-key groups whose keys it makes. */
    public record ProvisioningSpec(
            String name, String resourceGroup, List<String> linkedHubs, List<String> enrollmentGroups) {}

    /** An IoT Central application with its templates, device groups and custom roles. */
    public record ApplicationSpec(
            String subdomain,
            String displayName,
            String resourceGroup,
            List<TemplateSpec> deviceTemplates,
            List<GroupSpec> deviceGroups,
            List<Role> roles,
            List<DevicesSpec> devices) {}

    /**
     * A device template: a small one with the DeviceMove command where {@code move} says (component, root or none), or one given
     * as a whole document, which is null otherwise.
     */
    public record TemplateSpec(String id, String displayName, String move, JsonObject document) {}

    /** So many devices of a template that have never connected; ids are {@code prefix} and a number of six digits from 0 on. */
    public record DevicesSpec(String template, String prefix, int count) {}

    /** A device group; the filter is an IoT Central query. */
    public record GroupSpec(String id, String displayName, String filter) {}
}
