package io.drover.simulator.cloud.central;

import java.util.Objects;

/**
 * A device as the application knows it. Immutable: a change replaces the record, so readers need no lock.
 *
 * @param template the {@code @id} of its device template, or null when the device is unassigned
 * @param enabled false when an operator blocked the device
 * @param provisioned true once the device registered through the application's own provisioning service
 * @param organization the one organization it belongs to, or null for the application itself
 * @param revision counts changes; the REST API shows it as the etag
 */
public record CentralDevice(
        String id,
        String displayName,
        String template,
        boolean enabled,
        boolean provisioned,
        boolean simulated,
        String organization,
        long revision) {

    public CentralDevice {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(displayName, "displayName");
    }

    CentralDevice withTemplate(String newTemplate) {
        return new CentralDevice(
                id, displayName, newTemplate, enabled, provisioned, simulated, organization, revision + 1);
    }

    CentralDevice markProvisioned() {
        return provisioned
                ? this
                : new CentralDevice(id, displayName, template, enabled, true, simulated, organization, revision + 1);
    }
}
