package io.drover.worker.azure;

import io.drover.worker.azure.x509.CertificatePair;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/**
 * What one device proves itself with; exactly one part is not null. IoT Central and DPS name the parts alike. Never
 * shown, never kept.
 *
 * @param endorsementKey of a TPM
 */
public record DeviceAttestation(DeviceKeys keys, CertificatePair certificates, String endorsementKey) {
    /** Two keys. */
    public static DeviceAttestation of(DeviceKeys keys) {
        return new DeviceAttestation(keys, null, null);
    }

    /** One or two certificates. */
    public static DeviceAttestation of(CertificatePair certificates) {
        return new DeviceAttestation(null, certificates, null);
    }

    /** Reads {@code symmetricKey}, {@code x509.clientCertificates} or {@code tpm}; empty when the object shows none of them. */
    public static Optional<DeviceAttestation> of(JsonObject json) {
        JsonObject x509 = json.getJsonObject("x509");
        Optional<CertificatePair> pair =
                x509 == null ? Optional.empty() : CertificatePair.of(x509.getJsonObject("clientCertificates"));
        if (pair.isPresent()) {
            return pair.map(DeviceAttestation::of);
        }
        JsonObject tpm = json.getJsonObject("tpm");
        if (tpm != null && tpm.getString("endorsementKey") != null) {
            return Optional.of(new DeviceAttestation(null, null, tpm.getString("endorsementKey")));
        }
        return Optional.ofNullable(DeviceKeys.of(json.getJsonObject("symmetricKey")))
                .map(DeviceAttestation::of);
    }

    /** Whether both let in the same device, as far as each shows. */
    public boolean isSameAs(DeviceAttestation other) {
        if (keys != null) {
            return keys.equals(other.keys);
        }
        return certificates != null
                ? other.certificates != null && certificates.isSameAs(other.certificates)
                : endorsementKey.equals(other.endorsementKey);
    }

    /** The form in which a service takes it; certificates have to be whole. */
    public JsonObject toJson() {
        if (keys != null) {
            return new JsonObject().put("type", "symmetricKey").put("symmetricKey", keys.toJson());
        }
        return certificates != null
                ? new JsonObject()
                        .put("type", "x509")
                        .put("x509", new JsonObject().put("clientCertificates", certificates.toJson()))
                : new JsonObject()
                        .put("type", "tpm")
                        .put("tpm", new JsonObject().put("endorsementKey", endorsementKey));
    }

    @Override
    public String toString() {
        return "DeviceAttestation[hidden]";
    }
}
