package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Who may use the worker's API in a rehearsal: its app registration, one person for each role and one without, and a machine. */
final class RehearsalPeople {
    /** The app registration of the worker's API and pages. */
    static final String API = "5d1c3b7a-4e2f-4a60-9c8b-1f0e2d3c4b5a";
    /** A machine with the role operator. */
    static final String MACHINE = "9b8a7c6d-5e4f-4321-8a9b-0c1d2e3f4a5b";

    private static final String REDIRECTS = "http://localhost";

    private RehearsalPeople() {}

    /** @param secret of both applications */
    static void addTo(ObjectNode estate, String secret) {
        ArrayNode principals = (ArrayNode) estate.get("servicePrincipals");
        principals
                .addObject()
                .put("clientId", API)
                .put("clientSecret", secret)
                .putArray("redirectUris")
                .add(REDIRECTS + "/auth/callback")
                .add(REDIRECTS + "/auth/signed-out");
        principals
                .addObject()
                .put("clientId", MACHINE)
                .put("clientSecret", secret)
                .putObject("appRoles")
                .putArray(API)
                .add("operator");
        estate.putArray("apis")
                .addObject()
                .put("clientId", API)
                .putArray("scopes")
                .add("access");
        ArrayNode users = estate.putArray("users");
        person(users, 1, "vera", "Vera Viewer", "viewer");
        person(users, 2, "otto", "Otto Operator", "operator");
        person(users, 3, "anna", "Anna Approver", "approver");
        person(users, 4, "adam", "Adam Admin", "admin");
        person(users, 5, "nora", "Nora Norole", null);
    }

    private static void person(ArrayNode users, int number, String name, String displayName, String role) {
        ObjectNode user = users.addObject()
                .put("objectId", "a0000000-0000-4000-8000-00000000000" + number)
                .put("userName", name + "@contoso.test")
                .put("displayName", displayName);
        if (role != null) {
            user.putObject("appRoles").putArray(API).add(role);
        }
    }
}
