package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** People at the emulated Entra with a browser: the page, single sign-on, roles, loopback addresses, sign-out, rollover of keys. */
@Timeout(90)
class EntraPeopleIT {
    private static final String APP = "a0a0a0a0-0000-0000-0000-000000000009";
    private static final String SECRET = "the-secret-of-the-app";
    private static final String CALLBACK = "http://localhost:4711/auth/callback";
    private static final String BASE = "https://" + RunningCloud.LOGIN + "/" + RunningCloud.TENANT;

    @TempDir
    static Path data;

    private static RunningCloud cloud;

    @BeforeAll
    static void start() throws Exception {
        cloud = new RunningCloud(data);
        cloud.addToEstate(new JsonObject()
                .put("tenantId", RunningCloud.TENANT)
                .put(
                        "servicePrincipals",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("clientId", APP)
                                        .put("clientSecret", SECRET)
                                        .put(
                                                "redirectUris",
                                                new JsonArray()
                                                        .add("http://localhost/auth/callback")
                                                        .add("https://drover.contoso.test/auth/callback")
                                                        .add("http://localhost/auth/signed-out"))))
                .put("apis", new JsonArray().add(new JsonObject().put("clientId", APP)))
                .put(
                        "users",
                        new JsonArray()
                                .add(user("1", "vera", "Vera Viewer")
                                        .put("appRoles", new JsonObject().put(APP, new JsonArray().add("viewer"))))
                                .add(user("2", "nora", "Nora Norole"))));
    }

    private static JsonObject user(String id, String name, String displayName) {
        return new JsonObject()
                .put("objectId", "e0e0e0e0-0000-0000-0000-00000000000" + id)
                .put("userName", name + "@contoso.test")
                .put("displayName", displayName);
    }

    @AfterAll
    static void stop() throws Exception {
        cloud.stop();
    }

    @Test
    void aPersonChoosesWhoTheyAreAndIsNotAskedAgainUntilTheySignOut() throws Exception {
        PersonalBrowser browser = browser();

        JsonObject vera = claims(browser.followAs("Vera Viewer", authorize(Map.of())));
        assertThat(vera.getString("aud")).isEqualTo(APP);
        assertThat(vera.getString("iss")).isEqualTo(BASE + "/v2.0");
        assertThat(vera.getString("ver")).isEqualTo("2.0");
        assertThat(vera.getString("nonce")).isEqualTo("n-1");
        assertThat(vera.getString("preferred_username")).isEqualTo("vera@contoso.test");
        assertThat(vera.getJsonArray("roles")).containsExactly("viewer");
        assertThat(vera.getString("sub")).isNotEqualTo(vera.getString("oid"));
        assertThat(claims(browser.get(authorize(Map.of()))).getString("name")).isEqualTo("Vera Viewer");
        JsonObject nora = claims(browser.followAs("Nora Norole", authorize(Map.of("prompt", "select_account"))));
        assertThat(nora.containsKey("roles")).isFalse();
        assertThat(claims(browser.get(authorize(Map.of("prompt", "none")))).getString("name"))
                .isEqualTo("Nora Norole");

        HttpResponse<Buffer> out = browser.get(BASE + "/oauth2/v2.0/logout?post_logout_redirect_uri="
                + encoded("http://localhost:4711/auth/signed-out"));
        assertThat(out.getHeader("location")).isEqualTo("http://localhost:4711/auth/signed-out");
        assertThat(query(browser.get(authorize(Map.of("prompt", "none"))), "error"))
                .isEqualTo("login_required");
        assertThat(browser.get(authorize(Map.of())).statusCode()).isEqualTo(200);
    }

    @Test
    void withoutTheScopeProfileATokenNamesNobody() throws Exception {
        JsonObject claims = claims(browser().followAs("Vera Viewer", authorize(Map.of("scope", "openid"))));

        assertThat(claims.fieldNames())
                .doesNotContain("name", "preferred_username", "oid")
                .contains("sub");
    }

    @Test
    void onlyALoopbackAddressMayHaveAnyPort() throws Exception {
        assertThat(browser().get(authorize(Map.of())).statusCode()).isEqualTo(200);
        for (String other : new String[] {
            "http://localhost:4711/auth/other",
            "http://127.0.0.1:4711/auth/callback",
            "https://localhost:4711/auth/callback",
            "http://localhost.evil.test/auth/callback",
            "http://localhost:4711@evil.test/auth/callback",
            "https://drover.contoso.test:8443/auth/callback"
        }) {
            HttpResponse<Buffer> page = browser().get(authorize(Map.of("redirect_uri", other)));
            assertThat(page.statusCode()).as(other).isEqualTo(400);
            assertThat(page.bodyAsString()).contains("AADSTS50011");
        }
        assertThat(browser()
                        .get(BASE + "/oauth2/v2.0/logout?post_logout_redirect_uri=https%3A%2F%2Fevil.test%2F")
                        .getHeader("location"))
                .isNull();
    }

    @Test
    void aConfidentialApplicationNeedsItsSecretForACode() throws Exception {
        HttpResponse<Buffer> without =
                redeem(browser().followAs("Vera Viewer", authorize(Map.of())), Map.of("client_secret", ""));
        HttpResponse<Buffer> wrong =
                redeem(browser().followAs("Vera Viewer", authorize(Map.of())), Map.of("client_secret", "wrong"));

        assertThat(without.statusCode()).isEqualTo(401);
        assertThat(without.bodyAsJsonObject().getJsonArray("error_codes")).containsExactly(7000218);
        assertThat(wrong.bodyAsJsonObject().getJsonArray("error_codes")).containsExactly(7000215);
        HttpResponse<Buffer> elsewhere = redeem(
                browser().followAs("Vera Viewer", authorize(Map.of())),
                Map.of("redirect_uri", "http://localhost:4712/auth/callback"));
        assertThat(elsewhere.bodyAsJsonObject().getString("error")).isNotNull();
        assertThat(query(browser().get(authorize(Map.of("prompt", "often"))), "error_description"))
                .startsWith("AADSTS90023");
    }

    @Test
    void anotherKeySignsAfterRolloverAndTheLastOneIsStillPublished() throws Exception {
        JsonObject before = keys();
        String old = header(token());

        HttpResponse<Buffer> rotated = cloud.await(io.vertx.ext.web.client.WebClient.create(cloud.vertx())
                .post(cloud.ports().control(), CloudOptions.HOST, "/control/entra/rotate-keys")
                .send());

        assertThat(rotated.statusCode()).isEqualTo(204);
        String fresh = header(token());
        assertThat(fresh).isNotEqualTo(old);
        assertThat(keys().toString()).contains(fresh).contains(old);
        assertThat(before.toString()).doesNotContain(fresh);
    }

    private static String token() throws Exception {
        return redeem(browser().followAs("Vera Viewer", authorize(Map.of())), Map.of())
                .bodyAsJsonObject()
                .getString("id_token");
    }

    private static String header(String token) {
        return new JsonObject(Buffer.buffer(Base64.getUrlDecoder().decode(token.split("\\.", -1)[0]))).getString("kid");
    }

    private static JsonObject keys() throws Exception {
        return browser().get(BASE + "/discovery/v2.0/keys").bodyAsJsonObject();
    }

    /** The claims of the id token that the code of this redirect gets. */
    private static JsonObject claims(HttpResponse<Buffer> redirect) throws Exception {
        String token = redeem(redirect, Map.of()).bodyAsJsonObject().getString("id_token");
        return new JsonObject(Buffer.buffer(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1])));
    }

    private static HttpResponse<Buffer> redeem(HttpResponse<Buffer> redirect, Map<String, String> other)
            throws Exception {
        Map<String, String> fields = new HashMap<>(Map.of(
                "grant_type", "authorization_code",
                "client_id", APP,
                "client_secret", SECRET,
                "code", query(redirect, "code"),
                "redirect_uri", CALLBACK));
        fields.putAll(other);
        return browser()
                .send(
                        HttpMethod.POST,
                        BASE + "/oauth2/v2.0/token",
                        Map.of(),
                        MultiMap.caseInsensitiveMultiMap().addAll(fields));
    }

    private static String query(HttpResponse<Buffer> redirect, String name) {
        assertThat(redirect.getHeader("location")).as(redirect.bodyAsString()).isNotNull();
        for (String pair :
                URI.create(redirect.getHeader("location")).getRawQuery().split("&", -1)) {
            if (pair.startsWith(name + "=")) {
                return URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8);
            }
        }
        throw new AssertionError("no " + name + " in " + redirect.getHeader("location"));
    }

    private static String authorize(Map<String, String> other) {
        Map<String, String> query = new HashMap<>(Map.of(
                "client_id", APP,
                "response_type", "code",
                "redirect_uri", CALLBACK,
                "scope", "openid profile",
                "state", "s-1",
                "nonce", "n-1"));
        query.putAll(other);
        StringBuilder url = new StringBuilder(BASE + "/oauth2/v2.0/authorize?");
        query.forEach((name, value) ->
                url.append(name).append('=').append(encoded(value)).append('&'));
        return url.toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static PersonalBrowser browser() {
        return new PersonalBrowser(
                cloud.vertx(), cloud.ports().caCertificate(), cloud.ports().https(), "http://localhost:");
    }
}
