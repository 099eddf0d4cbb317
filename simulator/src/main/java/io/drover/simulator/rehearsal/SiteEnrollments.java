package io.drover.simulator.rehearsal;

import io.drover.simulator.fleet.Defect;
import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.credential.CredentialKind;
import io.drover.simulator.fleet.credential.DeviceCredential;
import io.drover.simulator.fleet.credential.FleetSecrets;
import io.drover.simulator.rehearsal.AzureRest.Call;
import io.drover.simulator.rehearsal.AzureRest.Service;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a site must know to accept a scenario's devices beside those of its own enrollment group, put there through the services'
 * REST APIs: further enrollment groups with keys or certificates, individual enrollments, blocked devices. Methods block.
 */
final class SiteEnrollments {
    private static final String CENTRAL_GROUPS = "/api/enrollmentGroups/";
    private static final String GROUPS = "/enrollmentGroups/";
    private static final int ENROLLMENTS_AT_ONCE = 10;
    private static final int IDENTITIES_AT_ONCE = 100;

    private final Site site;
    private final Scenario scenario;
    private final FleetSecrets secrets;
    private final AzureRest rest;

    SiteEnrollments(Site site, Scenario scenario, AzureRest rest) {
        this.site = site;
        this.scenario = scenario;
        this.secrets = new FleetSecrets(scenario.seed(), null);
        this.rest = rest;
    }

    /** Before the fleet starts. */
    void prepare() {
        groups(scenario).forEach((id, kind) -> {
            if (site.isCentral()) {
                centralGroup(id, kind);
            } else {
                rest.call(new Call(
                        HttpMethod.PUT,
                        Service.PROVISIONING,
                        site.provisioningService(),
                        GROUPS + id,
                        group(id, kind)));
            }
        });
        if (site.isCentral()) {
            rest.all(devices()
                    .filter(index -> kind(index).isIndividual())
                    .mapToObj(this::centralAttestation)
                    .toList());
            rest.all(devices()
                    .filter(index -> defect(index) == Defect.BLOCKED)
                    .mapToObj(this::centralBlock)
                    .toList());
        } else {
            rest.all(bulkEnrollments());
            rest.all(identities(Defect.REFUSED_ID, "create", "enabled"));
        }
    }

    /** Once the fleet is connected: what keeps devices from connecting that have been known before. */
    void spoil() {
        scenario.groups().stream()
                .filter(group -> group.defect() == Defect.ENROLLMENT_DISABLED)
                .forEach(group -> disable(group.enrollmentGroup(), group.credential()));
        if (!site.isCentral()) {
            rest.all(identities(Defect.BLOCKED, "update", "disabled"));
        }
    }

    /** Enrollment groups beside the source's own that devices of the scenario come through. */
    static Map<String, CredentialKind> groups(Scenario scenario) {
        Map<String, CredentialKind> groups = new LinkedHashMap<>();
        for (Scenario.Group group : scenario.groups()) {
            if (group.enrollmentGroup() != null) {
                groups.put(group.enrollmentGroup(), group.credential());
            }
        }
        return groups;
    }

    private void centralGroup(String id, CredentialKind kind) {
        boolean certificates = kind == CredentialKind.GROUP_CERTIFICATE;
        JsonObject attestation = new JsonObject().put("type", certificates ? "x509" : "symmetricKey");
        if (!certificates) {
            attestation.put("symmetricKey", keys(secrets.groupKeys(id)));
        }
        central(
                HttpMethod.PUT,
                CENTRAL_GROUPS + id,
                new JsonObject().put("displayName", id).put("type", "iot").put("attestation", attestation));
        if (certificates) {
            central(
                    HttpMethod.PUT,
                    CENTRAL_GROUPS + id + "/certificates/primary",
                    new JsonObject()
                            .put("certificate", Pem.base64(secrets.authority(id).certificate()))
                            .put("verified", true));
        }
    }

    private JsonObject group(String id, CredentialKind kind) {
        JsonObject attestation = kind == CredentialKind.GROUP_CERTIFICATE
                ? new JsonObject()
                        .put("type", "x509")
                        .put(
                                "x509",
                                new JsonObject()
                                        .put(
                                                "signingCertificates",
                                                new JsonObject()
                                                        .put(
                                                                "primary",
                                                                certificate(Pem.base64(secrets.authority(id)
                                                                        .certificate())))))
                : new JsonObject().put("type", "symmetricKey").put("symmetricKey", keys(secrets.groupKeys(id)));
        return new JsonObject().put("enrollmentGroupId", id).put("attestation", attestation);
    }

    private Call centralAttestation(int index) {
        String id = scenario.deviceId(index);
        return new Call(
                HttpMethod.PUT,
                Service.CENTRAL,
                site.application(),
                "/api/devices/" + AzureRest.encoded(id) + "/attestation",
                attestation(index, id));
    }

    private Call centralBlock(int index) {
        return new Call(
                HttpMethod.PATCH,
                Service.CENTRAL,
                site.application(),
                "/api/devices/" + AzureRest.encoded(scenario.deviceId(index)),
                new JsonObject().put("enabled", false));
    }

    /** The same text for IoT Central and DPS: both name the parts alike. */
    private JsonObject attestation(int index, String id) {
        if (kind(index) == CredentialKind.DEVICE_KEY) {
            return new JsonObject().put("type", "symmetricKey").put("symmetricKey", keys(secrets.deviceKeys(id)));
        }
        if (kind(index) == CredentialKind.TPM) {
            return new JsonObject()
                    .put("type", "tpm")
                    .put(
                            "tpm",
                            new JsonObject()
                                    .put(
                                            "endorsementKey",
                                            secrets.tpm(id).endorsementKey().base64()));
        }
        List<DeviceCredential.Certificate> both = secrets.deviceCertificates(id);
        JsonObject certificates = new JsonObject()
                .put("primary", certificate(Pem.base64(both.get(0).own())))
                .put("secondary", certificate(Pem.base64(both.get(1).own())));
        return new JsonObject()
                .put("type", "x509")
                .put("x509", new JsonObject().put("clientCertificates", certificates));
    }

    private List<Call> bulkEnrollments() {
        List<JsonObject> enrollments = devices()
                .filter(index -> kind(index).isIndividual())
                .mapToObj(index -> new JsonObject()
                        .put("registrationId", scenario.deviceId(index))
                        .put("attestation", attestation(index, scenario.deviceId(index))))
                .toList();
        return bulk(enrollments, ENROLLMENTS_AT_ONCE).stream()
                .map(items -> new Call(
                        HttpMethod.POST,
                        Service.PROVISIONING,
                        site.provisioningService(),
                        "/enrollments",
                        new JsonObject().put("mode", "create").put("enrollments", items)))
                .toList();
    }

    private List<Call> identities(Defect defect, String mode, String status) {
        List<JsonObject> identities = devices()
                .filter(index -> defect(index) == defect)
                .mapToObj(index -> new JsonObject()
                        .put("id", scenario.deviceId(index))
                        .put("importMode", mode)
                        .put("status", status))
                .toList();
        return bulk(identities, IDENTITIES_AT_ONCE).stream()
                .map(items -> new Call(HttpMethod.POST, Service.HUB, site.hub(), "/devices", items))
                .toList();
    }

    private void disable(String id, CredentialKind kind) {
        if (site.isCentral()) {
            central(HttpMethod.PATCH, CENTRAL_GROUPS + id, new JsonObject().put("enabled", false));
        } else {
            rest.call(new Call(
                    HttpMethod.PUT,
                    Service.PROVISIONING,
                    site.provisioningService(),
                    GROUPS + id,
                    "*",
                    group(id, kind).put("provisioningStatus", "disabled")));
        }
    }

    private void central(HttpMethod method, String path, JsonObject body) {
        rest.call(new Call(method, Service.CENTRAL, site.application(), path, body));
    }

    static List<JsonArray> bulk(List<JsonObject> items, int atOnce) {
        List<JsonArray> calls = new ArrayList<>();
        for (int from = 0; from < items.size(); from += atOnce) {
            calls.add(new JsonArray(items.subList(from, Math.min(items.size(), from + atOnce))));
        }
        return calls;
    }

    private IntStream devices() {
        return IntStream.range(0, scenario.devices());
    }

    private CredentialKind kind(int index) {
        return scenario.groupOf(index).credential();
    }

    private Defect defect(int index) {
        return scenario.groupOf(index).defect();
    }

    private static JsonObject keys(FleetSecrets.Keys keys) {
        return new JsonObject().put("primaryKey", keys.primary()).put("secondaryKey", keys.secondary());
    }

    private static JsonObject certificate(String base64) {
        return new JsonObject().put("certificate", base64);
    }
}
