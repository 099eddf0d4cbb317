package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** People and machines at a worker that serves, signed in by the emulated Entra; after each test, what the worker wrote is searched. */
@Timeout(120)
class WorkerApiSignInIT {
    private static final String API = "a0a0a0a0-0000-0000-0000-00000000000a";
    private static final String API_SECRET = "secret-of-the-api-registration";
    private static final String MACHINE = "a0a0a0a0-0000-0000-0000-00000000000b";
    private static final String IDLER = "a0a0a0a0-0000-0000-0000-00000000000c";
    private static final String MACHINE_SECRET = "secret-of-the-machines";
    private static final String OTHER_TENANT = "44444444-4444-4444-4444-444444444444";
    private static final String SCOPE = "api://" + API + "/.default";
    private static final String SESSION = "drover-session";
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();
    private static final Pattern CODE = Pattern.compile("[?&](?:code|state)=([^&]+)");

    @TempDir
    static Path data;

    private static RunningCloud cloud;
    private static ServingWorker worker;
    private static String site;
    private static final List<String> SECRETS =
            new ArrayList<>(List.of(API_SECRET, MACHINE_SECRET, RunningCloud.SECRET));

    private final List<PersonalBrowser> browsers = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        cloud = new RunningCloud(data);
        for (String tenant : List.of(RunningCloud.TENANT, OTHER_TENANT)) {
            cloud.addToEstate(new JsonObject()
                    .put("tenantId", tenant)
                    .put(
                            "servicePrincipals",
                            new JsonArray()
                                    .add(principal(API, API_SECRET)
                                            .put(
                                                    "redirectUris",
                                                    new JsonArray()
                                                            .add("http://localhost/auth/callback")
                                                            .add("http://localhost/auth/signed-out")))
                                    .add(principal(MACHINE, MACHINE_SECRET)
                                            .put(
                                                    "appRoles",
                                                    new JsonObject().put(API, new JsonArray().add("operator"))))
                                    .add(principal(IDLER, MACHINE_SECRET)))
                    .put("apis", new JsonArray().add(api(2)))
                    .put(
                            "users",
                            new JsonArray()
                                    .add(person(1, "Vera Viewer", "viewer"))
                                    .add(person(2, "Otto Operator", "operator"))
                                    .add(person(3, "Anna Approver", "approver"))
                                    .add(person(4, "Adam Admin", "admin"))
                                    .add(person(5, "Nora Norole", null))));
        }
        Path folder = Files.createDirectory(data.resolve("worker"));
        Files.writeString(
                folder.resolve("drover.yaml"), cloud.workerConfiguration() + """
                api:
                  port: 0
                  limits: { requests: 1000/s }
                  signIn: { tenant: %s, clientId: %s, clientSecret: { env: DROVER_TEST_API_SECRET } }
                """.formatted(RunningCloud.TENANT, API));
        worker = ServingWorker.start(
                folder,
                Map.of(RunningCloud.SECRET_VARIABLE, RunningCloud.SECRET, "DROVER_TEST_API_SECRET", API_SECRET));
        site = "http://localhost:" + worker.port();
    }

    private static JsonObject principal(String clientId, String secret) {
        return new JsonObject()
                .put("clientId", clientId)
                .put("clientSecret", secret)
                .put("roles", new JsonArray());
    }

    private static JsonObject api(int version) {
        return new JsonObject().put("clientId", API).put("tokenVersion", version);
    }

    private static JsonObject person(int number, String displayName, String role) {
        JsonObject person = new JsonObject()
                .put("objectId", "e0e0e0e0-0000-0000-0000-0000000000a" + number)
                .put("userName", displayName.split(" ", 2)[0].toLowerCase(java.util.Locale.ROOT) + "@contoso.test")
                .put("displayName", displayName);
        return role == null ? person : person.put("appRoles", new JsonObject().put(API, new JsonArray().add(role)));
    }

    @AfterAll
    static void stop() throws Exception {
        worker.stop();
        cloud.stop();
    }

    /** No token, code, session or secret is in what the worker has written. */
    @AfterEach
    void nothingSecretWasWritten() throws Exception {
        for (PersonalBrowser browser : browsers) {
            String session = browser.cookie("localhost", SESSION);
            if (session != null) {
                SECRETS.add(session);
            }
            browser.visited().forEach(url -> {
                Matcher code = CODE.matcher(url);
                while (code.find()) {
                    SECRETS.add(code.group(1));
                }
            });
        }
        String output = worker.output();
        assertThat(SECRETS).allSatisfy(secret -> assertThat(output).doesNotContain(secret));
        // The beginning of every JSON Web Token.
        assertThat(output).doesNotContain("eyJ");
    }

    @Test
    void aPersonMayDoWhatTheirRoleAllows() throws Exception {
        PersonalBrowser vera = signedIn("Vera Viewer");
        PersonalBrowser otto = signedIn("Otto Operator");
        PersonalBrowser anna = signedIn("Anna Approver");
        PersonalBrowser adam = signedIn("Adam Admin");

        for (PersonalBrowser person : List.of(vera, otto, anna, adam)) {
            assertThat(person.get(site + "/api/v1/migrations").statusCode()).isEqualTo(200);
        }
        assertThat(session(vera).getString("id")).isEqualTo("vera@contoso.test");
        assertThat(session(vera).getJsonArray("roles")).containsExactly("viewer");
        assertRefused(write(vera, "/api/v1/migrations", draft("veras")), "operator");
        assertThat(write(otto, "/api/v1/migrations", draft("ottos")).statusCode())
                .isEqualTo(201);
        assertRefused(write(anna, "/api/v1/migrations", draft("annas")), "operator");
        assertThat(write(adam, "/api/v1/migrations", draft("adams")).statusCode())
                .isEqualTo(201);
        assertRefused(write(otto, "/api/v1/migrations/ottos/approve", new JsonObject()), "approver");
        assertThat(write(anna, "/api/v1/migrations/ottos/approve", new JsonObject())
                        .statusCode())
                .isNotIn(401, 403);
        assertRefused(write(otto, "/api/v1/migrations/ottos/cleanup", new JsonObject().put("after", "7d")), "admin");
    }

    @Test
    void aPersonWithoutARoleIsSignedInAndToldWhatToDo() throws Exception {
        PersonalBrowser nora = signedIn("Nora Norole");

        HttpResponse<Buffer> answer = nora.get(site + "/api/v1/migrations");
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.bodyAsJsonObject().getString("detail"))
                .contains("nora@contoso.test has none")
                .contains("administrator");
        assertThat(session(nora).getBoolean("signedIn")).isTrue();
    }

    @Test
    void withoutAnyProofNothingIsShown() throws Exception {
        HttpResponse<Buffer> answer = browser().get(site + "/api/v1/migrations");

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.getHeader("www-authenticate")).startsWith("Bearer");
        assertThat(session(browser()).getString("signInPath")).isEqualTo("/auth/sign-in");
    }

    @Test
    void aMachineCallsWithATokenOfEitherVersionAndNeedsNoCsrfToken() throws Exception {
        String v2 = token(MACHINE, SCOPE);
        assertThat(bearer(HttpMethod.GET, "/api/v1/migrations", v2, null).statusCode())
                .isEqualTo(200);
        assertThat(bearer(HttpMethod.POST, "/api/v1/migrations", v2, draft("robots"))
                        .statusCode())
                .isEqualTo(201);
        JsonObject session = bearer(HttpMethod.GET, "/api/v1/session", v2, null).bodyAsJsonObject();
        assertThat(session.getString("id")).isEqualTo(MACHINE);
        assertThat(session.getJsonArray("roles")).containsExactly("operator");
        assertThat(bearer(HttpMethod.GET, "/api/v1/migrations", token(IDLER, SCOPE), null)
                        .statusCode())
                .isEqualTo(403);

        cloud.addToEstate(
                new JsonObject().put("tenantId", RunningCloud.TENANT).put("apis", new JsonArray().add(api(1))));
        try {
            String v1 = token(MACHINE, SCOPE);
            assertThat(claims(v1).getString("iss")).startsWith("https://sts.windows.test/");
            assertThat(bearer(HttpMethod.GET, "/api/v1/migrations", v1, null).statusCode())
                    .isEqualTo(200);
        } finally {
            cloud.addToEstate(
                    new JsonObject().put("tenantId", RunningCloud.TENANT).put("apis", new JsonArray().add(api(2))));
        }
    }

    @Test
    void tokensThatProveNothingAreRefused() throws Exception {
        String good = token(MACHINE, SCOPE);
        assertTokenRefused(tokenOf(OTHER_TENANT, MACHINE, MACHINE_SECRET, SCOPE), "claims iss, ver");
        assertTokenRefused(token(MACHINE, "https://management.azure.test/.default"), "claim aud");
        String[] parts = good.split("\\.", -1);
        JsonObject header = new JsonObject(Buffer.buffer(Base64.getUrlDecoder().decode(parts[0])));
        assertTokenRefused(part(header.copy().put("alg", "none")) + "." + parts[1] + ".", "header alg");
        String signed = part(header.copy().put("alg", "HS256")) + "." + parts[1];
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(publishedKey(), "HmacSHA256"));
        assertTokenRefused(
                signed + "." + URL.encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII))),
                "header alg");
        JsonObject claims = claims(good).put("roles", new JsonArray().add("admin"));
        assertTokenRefused(parts[0] + "." + part(claims) + "." + parts[2], "signature");
    }

    @Test
    void aKeyThatIsNewAtEntraIsTakenAtOnceAndSessionsGoOn() throws Exception {
        PersonalBrowser otto = signedIn("Otto Operator");
        String before = token(MACHINE, SCOPE);

        assertThat(cloud.control(HttpMethod.POST, "/control/entra/rotate-keys", null)
                        .statusCode())
                .isEqualTo(204);

        String after = token(MACHINE, SCOPE);
        assertThat(after.split("\\.", -1)[0]).isNotEqualTo(before.split("\\.", -1)[0]);
        assertThat(bearer(HttpMethod.GET, "/api/v1/migrations", after, null).statusCode())
                .isEqualTo(200);
        assertThat(bearer(HttpMethod.GET, "/api/v1/migrations", before, null).statusCode())
                .isEqualTo(200);
        assertThat(otto.get(site + "/api/v1/migrations").statusCode()).isEqualTo(200);
    }

    @Test
    void aWriteThatAnotherSiteCouldHaveSentIsRefused() throws Exception {
        PersonalBrowser otto = signedIn("Otto Operator");
        String csrf = session(otto).getString("csrfToken");

        assertForged(send(otto, Map.of()));
        assertForged(send(otto, Map.of("x-csrf-token", "guess")));
        assertForged(send(otto, Map.of("x-csrf-token", csrf, "origin", "http://localhost:1")));
        assertForged(send(otto, Map.of("x-csrf-token", csrf, "sec-fetch-site", "cross-site")));
        assertThat(send(otto, Map.of("x-csrf-token", csrf, "origin", site)).statusCode())
                .isNotIn(401, 403);
    }

    @Test
    void aSessionIsNeverOneThatWasPlantedAndEndsWithSigningOut() throws Exception {
        PersonalBrowser vera = browser();
        String planted = "f".repeat(64);
        vera.putCookie("localhost", SESSION, planted);
        vera.followAs("Vera Viewer", site + "/auth/sign-in");
        String session = vera.cookie("localhost", SESSION);
        assertThat(session).isNotNull().isNotEqualTo(planted);
        PersonalBrowser thief = browser();
        thief.putCookie("localhost", SESSION, planted);
        assertThat(session(thief).getBoolean("signedIn")).isFalse();

        HttpResponse<Buffer> out = vera.send(
                HttpMethod.POST,
                site + "/auth/sign-out",
                Map.of("x-csrf-token", session(vera).getString("csrfToken")),
                null);
        assertThat(vera.follow(out.bodyAsJsonObject().getString("location")).bodyAsString())
                .contains("Signed out");
        vera.putCookie("localhost", SESSION, session);
        assertThat(session(vera).getBoolean("signedIn")).isFalse();
        assertThat(vera.follow(site + "/auth/sign-in").bodyAsString())
                .as("Entra asks again")
                .contains("Otto Operator");
    }

    @Test
    void signingInLeadsNowhereElse() throws Exception {
        for (String path : List.of("//evil.test/", "https%3A%2F%2Fevil.test", "/%5Cevil.test", "%2F%2Fevil.test")) {
            PersonalBrowser vera = browser();
            vera.followAs("Vera Viewer", site + "/auth/sign-in?returnTo=" + path);
            assertThat(vera.visited().get(vera.visited().size() - 1)).isEqualTo(site + "/");
        }
        PersonalBrowser vera = browser();
        vera.followAs("Vera Viewer", site + "/auth/sign-in?returnTo=%2Fapi%2Fv1%2Fsession");
        assertThat(vera.visited()).last().isEqualTo(site + "/api/v1/session");
    }

    @Test
    void whileEntraRefusesASignInThePersonLearnsIt() throws Exception {
        PersonalBrowser vera = browser();
        cloud.fault("token-endpoint-down", new JsonObject());
        try {
            HttpResponse<Buffer> page = vera.followAs("Vera Viewer", site + "/auth/sign-in");
            assertThat(page.statusCode()).isEqualTo(503);
            assertThat(page.bodyAsString()).contains("Entra answered 503").contains("/auth/sign-in");
        } finally {
            cloud.noFaults();
        }
        assertThat(session(vera).getBoolean("signedIn")).isFalse();
    }

    private HttpResponse<Buffer> send(PersonalBrowser browser, Map<String, String> headers) throws Exception {
        return browser.send(HttpMethod.POST, site + "/api/v1/migrations/trial/pause", headers, null);
    }

    private static void assertForged(HttpResponse<Buffer> answer) {
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.bodyAsJsonObject().getString("type")).isEqualTo("urn:drover:problem:forged-request");
    }

    private static void assertRefused(HttpResponse<Buffer> answer, String role) {
        assertThat(answer.statusCode()).as(answer.bodyAsString()).isEqualTo(403);
        assertThat(answer.bodyAsJsonObject().getString("detail")).contains("the role " + role);
    }

    private void assertTokenRefused(String token, String why) throws Exception {
        HttpResponse<Buffer> answer = bearer(HttpMethod.GET, "/api/v1/migrations", token, null);
        assertThat(answer.statusCode()).as(why).isEqualTo(401);
        assertThat(answer.bodyAsJsonObject().getString("detail")).contains(why);
        assertThat(answer.bodyAsString()).doesNotContain(token);
    }

    private static JsonObject draft(String name) {
        return new JsonObject()
                .put("name", name)
                .put(
                        "source",
                        new JsonObject()
                                .put("application", RunningCloud.APPLICATION)
                                .put("deviceGroup", RunningCloud.GROUP))
                .put("target", new JsonObject().put("provisioningService", "target-dps"));
    }

    private HttpResponse<Buffer> write(PersonalBrowser browser, String path, JsonObject body) throws Exception {
        return browser.sendJson(
                HttpMethod.POST,
                site + path,
                Map.of("x-csrf-token", session(browser).getString("csrfToken")),
                body);
    }

    private HttpResponse<Buffer> bearer(HttpMethod method, String path, String token, JsonObject body)
            throws Exception {
        PersonalBrowser machine = browser();
        Map<String, String> headers = Map.of("authorization", "Bearer " + token);
        return body == null
                ? machine.send(method, site + path, headers, null)
                : machine.sendJson(method, site + path, headers, body);
    }

    private static JsonObject session(PersonalBrowser browser) throws Exception {
        return browser.get(site + "/api/v1/session").bodyAsJsonObject();
    }

    private PersonalBrowser signedIn(String displayName) throws Exception {
        PersonalBrowser browser = browser();
        browser.followAs(displayName, site + "/auth/sign-in");
        assertThat(session(browser).getString("name")).isEqualTo(displayName);
        return browser;
    }

    private PersonalBrowser browser() {
        PersonalBrowser browser = new PersonalBrowser(
                cloud.vertx(), cloud.ports().caCertificate(), cloud.ports().https(), null);
        browsers.add(browser);
        return browser;
    }

    private String token(String client, String scope) throws Exception {
        return tokenOf(RunningCloud.TENANT, client, MACHINE_SECRET, scope);
    }

    private String tokenOf(String tenant, String client, String secret, String scope) throws Exception {
        Map<String, String> form = new HashMap<>(Map.of(
                "grant_type", "client_credentials",
                "client_id", client,
                "client_secret", secret,
                "scope", scope));
        String token = browser()
                .send(
                        HttpMethod.POST,
                        "https://" + RunningCloud.LOGIN + "/" + tenant + "/oauth2/v2.0/token",
                        Map.of(),
                        MultiMap.caseInsensitiveMultiMap().addAll(form))
                .bodyAsJsonObject()
                .getString("access_token");
        SECRETS.add(token);
        return token;
    }

    private byte[] publishedKey() throws Exception {
        JsonObject key = browser()
                .get("https://" + RunningCloud.LOGIN + "/" + RunningCloud.TENANT + "/discovery/v2.0/keys")
                .bodyAsJsonObject()
                .getJsonArray("keys")
                .getJsonObject(0);
        return Base64.getUrlDecoder().decode(key.getString("n"));
    }

    private static JsonObject claims(String token) {
        return new JsonObject(Buffer.buffer(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1])));
    }

    private static String part(JsonObject json) {
        return URL.encodeToString(json.toBuffer().getBytes());
    }
}
