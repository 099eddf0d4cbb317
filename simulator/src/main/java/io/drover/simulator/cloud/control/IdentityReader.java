package io.drover.simulator.cloud.control;

import io.drover.simulator.cloud.central.Right;
import io.drover.simulator.cloud.central.Role;
import io.drover.simulator.cloud.entra.DirectoryUser;
import io.drover.simulator.cloud.entra.FederatedCredential;
import io.drover.simulator.cloud.entra.RegisteredApi;
import io.drover.simulator.cloud.entra.ServicePrincipal;
import io.drover.simulator.cloud.x509.UploadedCertificate;
import io.vertx.core.json.JsonObject;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The part of an estate about who may sign in, to what, and with which roles. Mistakes go to the estate's reader. */
final class IdentityReader {
    private final EstateReader estate;

    IdentityReader(EstateReader estate) {
        this.estate = estate;
    }

    /** A principal needs a secret, certificates, federated credentials, redirect addresses (a public client) or to be a managed identity. */
    ServicePrincipal principal(JsonObject json, String place) {
        estate.onlyKeys(
                json,
                place,
                "clientId",
                "objectId",
                "clientSecret",
                "roles",
                "certificates",
                "redirectUris",
                "appRoles",
                "managedIdentity",
                "federatedCredentials");
        boolean managed = Boolean.TRUE.equals(json.getValue("managedIdentity"));
        boolean needsSecret = !managed
                && !json.containsKey("certificates")
                && !json.containsKey("redirectUris")
                && !json.containsKey("federatedCredentials");
        String clientId = estate.text(json, "clientId", place, null);
        String secret =
                needsSecret || json.containsKey("clientSecret") ? estate.text(json, "clientSecret", place, null) : null;
        return new ServicePrincipal(
                clientId,
                estate.text(json, "objectId", place, clientId.isEmpty() ? "none" : clientId),
                secret,
                roles(json, place, ServicePrincipal.ALL_ROLES),
                certificates(json, place),
                new HashSet<>(estate.texts(json, "redirectUris", place)),
                appRoles(json, place),
                managed,
                estate.list(json, "federatedCredentials", place, this::federatedCredential));
    }

    DirectoryUser user(JsonObject json, String place) {
        estate.onlyKeys(json, place, "objectId", "userName", "displayName", "roles", "appRoles", "groups");
        String userName = estate.text(json, "userName", place, null);
        return new DirectoryUser(
                estate.text(json, "objectId", place, null),
                userName,
                estate.text(json, "displayName", place, userName.isEmpty() ? "user" : userName),
                roles(json, place, Set.of()),
                appRoles(json, place),
                new HashSet<>(estate.texts(json, "groups", place)));
    }

    RegisteredApi api(JsonObject json, String place) {
        estate.onlyKeys(json, place, "clientId", "identifierUri", "tokenVersion", "scopes");
        String clientId = estate.text(json, "clientId", place, null);
        Object version = json.getValue("tokenVersion", 2);
        if (!Integer.valueOf(1).equals(version) && !Integer.valueOf(2).equals(version)) {
            estate.mistake(place + ".tokenVersion: must be 1 or 2");
            version = 2;
        }
        return new RegisteredApi(
                clientId,
                estate.text(json, "identifierUri", place, "api://" + clientId),
                (Integer) version,
                new HashSet<>(estate.texts(json, "scopes", place)));
    }

    /** A custom role of an IoT Central application. */
    Role role(JsonObject json, String place) {
        estate.onlyKeys(json, place, "id", "displayName", "rights");
        String id = estate.text(json, "id", place, null);
        Set<Right> rights = EnumSet.noneOf(Right.class);
        Map<String, Right> known = new TreeMap<>();
        for (Right right : Right.values()) {
            known.put(right.text(), right);
        }
        for (String name : estate.texts(json, "rights", place)) {
            if (known.containsKey(name)) {
                rights.add(known.get(name));
            } else {
                estate.mistake(place + ".rights: '" + name + "' is not one of " + EstateReader.sorted(known.keySet()));
            }
        }
        return new Role(id, estate.text(json, "displayName", place, id), rights);
    }

    private Set<String> roles(JsonObject json, String place, Set<String> unlessGiven) {
        if (!json.containsKey("roles")) {
            return unlessGiven;
        }
        Set<String> roles = new HashSet<>(estate.texts(json, "roles", place));
        if (!ServicePrincipal.ALL_ROLES.containsAll(roles)) {
            estate.mistake(place + ".roles: the roles are " + EstateReader.sorted(ServicePrincipal.ALL_ROLES));
        }
        return roles;
    }

    private List<UploadedCertificate> certificates(JsonObject json, String place) {
        List<UploadedCertificate> certificates = new ArrayList<>();
        for (String text : estate.texts(json, "certificates", place)) {
            try {
                certificates.add(UploadedCertificate.parse(text));
            } catch (IllegalArgumentException unreadable) {
                estate.mistake(place + ".certificates: " + unreadable.getMessage());
            }
        }
        return certificates;
    }

    /** The issuer's key is that of a certificate. */
    private FederatedCredential federatedCredential(JsonObject json, String place) {
        estate.onlyKeys(json, place, "issuer", "subject", "audience", "certificate");
        PublicKey key = null;
        try {
            key = UploadedCertificate.parse(estate.text(json, "certificate", place, null))
                    .certificate()
                    .getPublicKey();
        } catch (IllegalArgumentException unreadable) {
            estate.mistake(place + ".certificate: " + unreadable.getMessage());
        }
        return new FederatedCredential(
                estate.text(json, "issuer", place, null),
                estate.text(json, "subject", place, null),
                estate.text(json, "audience", place, FederatedCredential.USUAL_AUDIENCE),
                key);
    }

    private Map<String, Set<String>> appRoles(JsonObject json, String place) {
        Map<String, Set<String>> roles = new TreeMap<>();
        Object given = json.getValue("appRoles", new JsonObject());
        if (given instanceof JsonObject byApi) {
            for (String api : byApi.fieldNames()) {
                roles.put(api, Set.copyOf(estate.texts(byApi, api, place + ".appRoles")));
            }
        } else {
            estate.mistake(place + ".appRoles: must be an object of lists, by the client id of an API");
        }
        return roles;
    }
}
