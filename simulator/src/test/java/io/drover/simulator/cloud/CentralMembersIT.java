package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what in an application: roles, users, API tokens and organizations. */
@Timeout(60)
class CentralMembersIT {
    private static final String ADMINISTRATOR = "ca310b8d-2f4a-44e0-a36e-957c202cd8d4";
    private static final String OPERATOR = "ae2c9854-393b-4f97-8c42-479d70ce626e";
    private static final String ORG_VIEWER = "84cc62c1-dabe-49d3-b16e-8b291232b285";

    @TempDir
    static Path data;

    private static RunningCloud cloud;

    @BeforeAll
    static void start() throws Exception {
        cloud = new RunningCloud(data);
        cloud.addDevice("known");
    }

    @AfterAll
    static void stop() throws Exception {
        cloud.stop();
    }

    @Test
    void aTokensValueIsShownOnceAndActsWithTheRightsOfItsRole() throws Exception {
        // Given
        JsonObject made = as(null, HttpMethod.PUT, "/api/apiTokens/night-shift", role(OPERATOR, null))
                .bodyAsJsonObject();
        String operator = made.getString("token");

        // When / Then
        assertThat(operator).matches("SharedAccessSignature sr=[^&]+&sig=[^&]+&skn=night-shift&se=\\d{13}");
        assertThat(as(null, HttpMethod.GET, "/api/apiTokens/night-shift", null)
                        .bodyAsJsonObject()
                        .fieldNames())
                .containsExactlyInAnyOrder("id", "roles", "expiry");
        assertThat(as(operator, HttpMethod.GET, "/api/devices/known", null).statusCode())
                .isEqualTo(200);
        assertRefused(
                as(operator, HttpMethod.PUT, "/api/deviceTemplates/dtmi:a:b;1", new JsonObject()), 403, "Forbidden");
        assertRefused(as(operator, HttpMethod.GET, "/api/users", null), 403, "Forbidden");
        assertRefused(as(operator, HttpMethod.GET, "/api/enrollmentGroups", null), 403, "Forbidden");
        assertRefused(as(operator + "0", HttpMethod.GET, "/api/devices/known", null), 401, "Unauthorized");
        assertRefused(as(null, HttpMethod.PUT, "/api/apiTokens/night-shift", role(OPERATOR, null)), 409, "Conflict");
        assertThat(as(null, HttpMethod.DELETE, "/api/apiTokens/night-shift", null)
                        .statusCode())
                .isEqualTo(204);
        assertRefused(as(operator, HttpMethod.GET, "/api/devices/known", null), 401, "Unauthorized");
    }

    @Test
    void nobodyGivesMoreRightsThanTheirOwn() throws Exception {
        // Given
        as(null, HttpMethod.PUT, "/api/organizations/north", new JsonObject().put("displayName", "North"));
        String orgAdmin = as(
                        null,
                        HttpMethod.PUT,
                        "/api/apiTokens/org-admin",
                        role("c495eb57-eb18-489e-9802-62c474e5645c", "north"))
                .bodyAsJsonObject()
                .getString("token");
        JsonObject user = new JsonObject().put("type", "email").put("email", "a@contoso.test");

        // When / Then
        assertRefused(
                as(orgAdmin, HttpMethod.PUT, "/api/users/a", user.copy().mergeIn(role(ADMINISTRATOR, null))),
                403,
                "Forbidden");
        assertThat(as(orgAdmin, HttpMethod.PUT, "/api/users/a", user.copy().mergeIn(role(ORG_VIEWER, "north")))
                        .statusCode())
                .isEqualTo(200);
        assertRefused(
                as(null, HttpMethod.PUT, "/api/users/b", user.copy().mergeIn(role(OPERATOR, null))), 409, "Conflict");
        assertRefused(as(null, HttpMethod.PUT, "/api/apiTokens/t", role(ORG_VIEWER, null)), 422, "UnprocessableEntity");
    }

    @Test
    void aMemberOfAnOrganizationSeesItsDevicesAndThoseBelowOnly() throws Exception {
        // Given
        as(null, HttpMethod.PUT, "/api/organizations/west", new JsonObject().put("displayName", "West"));
        as(
                null,
                HttpMethod.PUT,
                "/api/organizations/west-1",
                new JsonObject().put("displayName", "West 1").put("parent", "west"));
        for (String id : new String[] {"west", "west-1"}) {
            as(
                    null,
                    HttpMethod.PUT,
                    "/api/devices/in-" + id,
                    new JsonObject().put("organizations", new JsonArray().add(id)));
        }
        String viewer = as(null, HttpMethod.PUT, "/api/apiTokens/viewer", role(ORG_VIEWER, "west"))
                .bodyAsJsonObject()
                .getString("token");

        // When
        JsonArray seen = as(viewer, HttpMethod.GET, "/api/devices", null)
                .bodyAsJsonObject()
                .getJsonArray("value");

        // Then
        assertThat(seen.stream().map(device -> ((JsonObject) device).getString("id")))
                .containsExactly("in-west", "in-west-1");
        assertRefused(as(viewer, HttpMethod.GET, "/api/devices/known", null), 404, "NotFound");
        assertRefused(as(viewer, HttpMethod.DELETE, "/api/devices/in-west", null), 403, "Forbidden");
        assertRefused(
                as(null, HttpMethod.PATCH, "/api/organizations/west", new JsonObject().put("parent", "west-1")),
                422,
                "UnprocessableEntity");
        assertRefused(as(null, HttpMethod.DELETE, "/api/organizations/west-1", null), 409, "Conflict");
    }

    @Test
    void rolesAreListedAndUsersAreOfThreeTypes() throws Exception {
        assertThat(as(null, HttpMethod.GET, "/api/roles", null).bodyAsJsonObject().getJsonArray("value").stream()
                        .map(role -> ((JsonObject) role).getString("displayName")))
                .contains("Administrator", "Builder", "Operator", "Org Viewer");
        assertRefused(as(null, HttpMethod.GET, "/api/roles/none", null), 404, "NotFound");
        JsonObject principal = role(OPERATOR, null)
                .put("type", "servicePrincipal")
                .put("tenantId", RunningCloud.TENANT)
                .put("objectId", "77777777-7777-7777-7777-777777777777");
        assertThat(as(null, HttpMethod.PUT, "/api/users/robot", principal).bodyAsJsonObject())
                .isEqualTo(principal.copy().put("id", "robot"));
        assertThat(as(null, HttpMethod.PATCH, "/api/users/robot", role(ADMINISTRATOR, null))
                        .bodyAsJsonObject()
                        .getJsonArray("roles"))
                .isEqualTo(role(ADMINISTRATOR, null).getJsonArray("roles"));
        assertRefused(
                as(null, HttpMethod.PUT, "/api/users/odd", role(OPERATOR, null).put("type", "ghost")),
                400,
                "InvalidBody");
        assertThat(as(null, HttpMethod.DELETE, "/api/users/robot", null).statusCode())
                .isEqualTo(204);
    }

    @Test
    void aCustomRoleOfTheEstateAllowsWhatItNames() throws Exception {
        // Given
        cloud.addToEstate(new JsonObject()
                .put("tenantId", RunningCloud.TENANT)
                .put(
                        "subscriptions",
                        new JsonArray().add(new JsonObject().put("subscriptionId", RunningCloud.SUBSCRIPTION)))
                .put(
                        "applications",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("subdomain", RunningCloud.APPLICATION)
                                        .put(
                                                "roles",
                                                new JsonArray()
                                                        .add(new JsonObject()
                                                                .put("id", "mover")
                                                                .put(
                                                                        "rights",
                                                                        new JsonArray()
                                                                                .add("devices-view")
                                                                                .add("enrollment-read")))))));
        String mover = as(null, HttpMethod.PUT, "/api/apiTokens/mover", role("mover", null))
                .bodyAsJsonObject()
                .getString("token");

        // When / Then
        assertThat(as(mover, HttpMethod.GET, "/api/enrollmentGroups", null).statusCode())
                .isEqualTo(200);
        assertRefused(as(mover, HttpMethod.GET, "/api/deviceGroups", null), 403, "Forbidden");
        assertRefused(as(mover, HttpMethod.DELETE, "/api/devices/known", null), 403, "Forbidden");
    }

    private static JsonObject role(String role, String organization) {
        JsonObject one = new JsonObject().put("role", role);
        if (organization != null) {
            one.put("organization", organization);
        }
        return new JsonObject().put("roles", new JsonArray().add(one));
    }

    private static void assertRefused(HttpResponse<Buffer> answer, int status, String code) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.getHeader("x-ms-error-code")).isEqualTo(code);
    }

    /** A call with an API token, or by an administrator when the token is null. */
    private static HttpResponse<Buffer> as(String apiToken, HttpMethod method, String path, JsonObject body)
            throws Exception {
        return apiToken == null
                ? cloud.central(method, path, body)
                : cloud.send(method, RunningCloud.CENTRAL, path + "?api-version=2022-07-31", apiToken, body);
    }
}
