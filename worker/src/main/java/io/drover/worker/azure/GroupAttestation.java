package io.drover.worker.azure;

import io.drover.worker.azure.x509.CertificatePair;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the devices of an enrollment group of a DPS prove themselves with; exactly one part is not null. Never shown.
 *
 * @param keys from which the devices' keys derive
 * @param signing certificates that stand in the group itself
 * @param authorities names of certificates of the service, the primary one first
 */
public record GroupAttestation(GroupKeys keys, CertificatePair signing, List<String> authorities) {
    /** Keys. */
    public static GroupAttestation of(GroupKeys keys) {
        return new GroupAttestation(keys, null, null);
    }

    /** Certificates in the group itself. */
    public static GroupAttestation of(CertificatePair signing) {
        return new GroupAttestation(null, signing, null);
    }

    /** Certificates of the service. */
    public static GroupAttestation of(List<String> authorities) {
        return new GroupAttestation(null, null, List.copyOf(authorities));
    }

    /** Reads an attestation mechanism; empty when it shows none of these. */
    public static Optional<GroupAttestation> of(JsonObject json) {
        JsonObject x509 = json.getJsonObject("x509");
        if (x509 == null) {
            return Optional.ofNullable(GroupKeys.of(json.getJsonObject("symmetricKey")))
                    .map(GroupAttestation::of);
        }
        JsonObject references = x509.getJsonObject("caReferences");
        List<String> names = references == null
                ? List.of()
                : Stream.of(references.getString("primary"), references.getString("secondary"))
                        .filter(name -> name != null && !name.isEmpty())
                        .toList();
        return names.isEmpty()
                ? CertificatePair.of(x509.getJsonObject("signingCertificates")).map(GroupAttestation::of)
                : Optional.of(of(names));
    }

    /** The form in which a DPS takes it. */
    public JsonObject toJson() {
        if (keys != null) {
            return new JsonObject().put("type", "symmetricKey").put("symmetricKey", keys.toJson());
        }
        JsonObject x509 = new JsonObject();
        if (signing != null) {
            x509.put("signingCertificates", signing.toJson());
        } else {
            JsonObject references = new JsonObject().put("primary", authorities.get(0));
            x509.put(
                    "caReferences",
                    authorities.size() > 1 ? references.put("secondary", authorities.get(1)) : references);
        }
        return new JsonObject().put("type", "x509").put("x509", x509);
    }

    @Override
    public String toString() {
        return "GroupAttestation[hidden]";
    }
}
