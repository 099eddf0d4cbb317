package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.x509.TestAuthority;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.math.BigInteger;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.RSAPublicKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sign-in of applications by certificate, of users by code, and of virtual machines; and what the tokens say. */
@Timeout(90)
class EntraIT {
    private static final String API = "a0a0a0a0-0000-0000-0000-000000000002";
    private static final String OLD_API = "a0a0a0a0-0000-0000-0000-000000000001";
    private static final String SPA = "c0c0c0c0-0000-0000-0000-000000000001";
    private static final String ROBOT = "c0c0c0c0-0000-0000-0000-000000000002";
    private static final String MACHINE = "c0c0c0c0-0000-0000-0000-000000000003";
    private static final String WORKLOAD = "c0c0c0c0-0000-0000-0000-000000000004";
    private static final String ISSUER = "https://oidc.cluster.test/";
    private static final String ALICE = "e0e0e0e0-0000-0000-0000-000000000001";
    private static final String REDIRECT = "http://127.0.0.1:8080/signed-in";
    private static final String SCOPE = "api://" + API + "/access openid profile offline_access";
    private static final String VERIFIER = "a-verifier-of-at-least-forty-three-characters-1234567";
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    @TempDir
    static Path data;

    private static RunningCloud cloud;
    private static TestAuthority.Issued certificate;

    @BeforeAll
    static void start() throws Exception {
        cloud = new RunningCloud(data);
        certificate = new TestAuthority("robots").issue("robot");
        cloud.addToEstate(new JsonObject()
                .put("tenantId", RunningCloud.TENANT)
                .put(
                        "servicePrincipals",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("clientId", SPA)
                                        .put("redirectUris", new JsonArray().add(REDIRECT)))
                                .add(new JsonObject()
                                        .put("clientId", ROBOT)
                                        .put("certificates", new JsonArray().add(certificate.pem()))
                                        .put("appRoles", new JsonObject().put(API, new JsonArray().add("Operate"))))
                                .add(new JsonObject()
                                        .put("clientId", WORKLOAD)
                                        .put(
                                                "federatedCredentials",
                                                new JsonArray()
                                                        .add(new JsonObject()
                                                                .put("issuer", ISSUER)
                                                                .put("subject", "system:worker")
                                                                .put("certificate", certificate.pem()))))
                                .add(new JsonObject().put("clientId", MACHINE).put("managedIdentity", true)))
                .put(
                        "users",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("objectId", ALICE)
                                        .put("userName", "alice@contoso.test")
                                        .put("displayName", "Alice <A>")
                                        .put("appRoles", new JsonObject().put(API, new JsonArray().add("Admin")))))
                .put(
                        "apis",
                        new JsonArray()
                                .add(new JsonObject().put("clientId", API).put("scopes", new JsonArray().add("access")))
                                .add(new JsonObject().put("clientId", OLD_API).put("tokenVersion", 1))));
    }

    @AfterAll
    static void stop() throws Exception {
        cloud.stop();
    }

    @Test
    void aUserSignsInByCodeWithPkceAndGetsAVerifiableTokenForTheApi() throws Exception {
        // Given: the page lists the test users, escaped
        HttpResponse<Buffer> page = authorize(Map.of());
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.bodyAsString()).contains("Alice &lt;A&gt;").doesNotContain("<A>");

        // When
        String code = code(authorize(Map.of("login_hint", "alice@contoso.test")));
        JsonObject tokens = redeem(code, VERIFIER).bodyAsJsonObject();

        // Then
        JsonObject claims = verified(tokens.getString("access_token"));
        assertThat(claims.getString("aud")).isEqualTo(API);
        assertThat(claims.getString("iss"))
                .isEqualTo("https://login.microsoftonline.test/" + RunningCloud.TENANT + "/v2.0");
        assertThat(claims.getString("ver")).isEqualTo("2.0");
        assertThat(claims.getString("azp")).isEqualTo(SPA);
        assertThat(claims.getString("scp")).isEqualTo("access");
        assertThat(claims.getJsonArray("roles")).containsExactly("Admin");
        assertThat(claims.getString("preferred_username")).isEqualTo("alice@contoso.test");
        assertThat(verified(tokens.getString("id_token")).getString("nonce")).isEqualTo("n-1");

        // When
        JsonObject renewed = form(
                        "/oauth2/v2.0/token",
                        Map.of(
                                "grant_type",
                                "refresh_token",
                                "client_id",
                                SPA,
                                "refresh_token",
                                tokens.getString("refresh_token")))
                .bodyAsJsonObject();

        // Then
        assertThat(verified(renewed.getString("access_token")).getString("oid")).isEqualTo(ALICE);
    }

    @Test
    void aCodeIsGoodOnceAndOnlyForWhoeverAskedForIt() throws Exception {
        String code = code(authorize(Map.of("login_hint", "alice@contoso.test")));

        assertRefused(redeem(code, VERIFIER + "x"), "invalid_grant", 501481);
        assertRefused(redeem(code, VERIFIER), "invalid_grant", 70008);
        HttpResponse<Buffer> elsewhere = authorize(Map.of("redirect_uri", "http://evil.test/"));
        assertThat(elsewhere.statusCode()).isEqualTo(400);
        assertThat(elsewhere.getHeader("location")).isNull();
        assertThat(elsewhere.bodyAsString()).contains("AADSTS50011");
        HttpResponse<Buffer> unknownScope =
                authorize(Map.of("scope", "api://" + API + "/nothing", "login_hint", "alice@contoso.test"));
        assertThat(unknownScope.getHeader("location"))
                .startsWith(REDIRECT + "?error=invalid_scope")
                .contains("state=s-1");
    }

    @Test
    void anApplicationSignsInWithAnAssertionOfItsCertificate() throws Exception {
        // When
        JsonObject answer = asRobot(assertion(certificate, audience(), 300), "api://" + API + "/.default")
                .bodyAsJsonObject();

        // Then
        JsonObject claims = verified(answer.getString("access_token"));
        assertThat(claims.getString("idtyp")).isEqualTo("app");
        assertThat(claims.getString("azpacr")).isEqualTo("2");
        assertThat(claims.getJsonArray("roles")).containsExactly("Operate");
        assertThat(claims.containsKey("scp")).isFalse();
    }

    @Test
    void anAppOnlyTokenOfAnApiThatGaveNoRoleHasNoRolesClaimAndV1HasItsOwnIssuer() throws Exception {
        String v2 = asRobot(assertion(certificate, audience(), 300), "api://" + OLD_API + "/.default")
                .bodyAsJsonObject()
                .getString("access_token");
        JsonObject claims = verified(v2);
        assertThat(claims.containsKey("roles")).isFalse();
        assertThat(claims.getString("ver")).isEqualTo("1.0");
        assertThat(claims.getString("iss")).isEqualTo("https://sts.windows.test/" + RunningCloud.TENANT + "/");
        assertThat(claims.getString("aud")).isEqualTo("api://" + OLD_API);
        assertThat(claims.getString("appid")).isEqualTo(ROBOT);
        assertThat(claims.getString("appidacr")).isEqualTo("2");
        JsonObject v1 = form(
                        "/oauth2/token",
                        Map.of(
                                "grant_type",
                                "client_credentials",
                                "client_id",
                                ROBOT,
                                "resource",
                                "https://management.azure.test/",
                                "client_assertion_type",
                                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                                "client_assertion",
                                assertion(certificate, audience(), 300)))
                .bodyAsJsonObject();
        assertThat(v1.getValue("expires_in")).isInstanceOf(String.class);
    }

    @Test
    void anAssertionThatProvesNothingIsRefused() throws Exception {
        String scope = "api://" + API + "/.default";
        TestAuthority.Issued stranger = new TestAuthority("strangers").issue("robot");

        assertRefused(asRobot(assertion(stranger, audience(), 300), scope), "invalid_client", 700027);
        assertRefused(asRobot(assertion(certificate, audience(), -600), scope), "invalid_client", 700024);
        assertRefused(asRobot(assertion(certificate, "https://other.test", 300), scope), "invalid_client", 700023);
        assertRefused(asRobot("no.jwt", scope), "invalid_client", 50027);
        String[] parts = assertion(certificate, audience(), 300).split("\\.", -1);
        String forged = parts[0] + "." + parts[1] + "." + URL.encodeToString(new byte[256]);
        assertRefused(asRobot(forged, scope), "invalid_client", 50013);
    }

    @Test
    void aTrustedIssuersTokenStandsForTheApplicationWhenItsClaimsAreThoseRegistered() throws Exception {
        TestAuthority.Issued stranger = new TestAuthority("strangers").issue("cluster");
        String audience = "api://AzureADTokenExchange";

        assertThat(asWorkload(token(certificate, ISSUER, "system:worker", audience))
                        .bodyAsJsonObject()
                        .getString("access_token"))
                .isNotEmpty();
        assertRefused(
                asWorkload(token(certificate, ISSUER + "x", "system:worker", audience)), "invalid_client", 700211);
        assertRefused(asWorkload(token(certificate, ISSUER, "system:worker", "api://other")), "invalid_client", 700212);
        assertRefused(asWorkload(token(certificate, ISSUER, "System:Worker", audience)), "invalid_client", 700213);
        assertRefused(asWorkload(token(stranger, ISSUER, "system:worker", audience)), "invalid_client", 50013);
    }

    private static HttpResponse<Buffer> asWorkload(String assertion) throws Exception {
        return form(
                "/oauth2/v2.0/token",
                Map.of(
                        "grant_type",
                        "client_credentials",
                        "client_id",
                        WORKLOAD,
                        "scope",
                        "https://management.azure.test/.default",
                        "client_assertion_type",
                        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                        "client_assertion",
                        assertion));
    }

    private static String token(TestAuthority.Issued signer, String issuer, String subject, String audience)
            throws Exception {
        JsonObject claims = new JsonObject()
                .put("aud", new JsonArray().add(audience))
                .put("iss", issuer)
                .put("sub", subject)
                .put("exp", Instant.now().getEpochSecond() + 300);
        return signed(signer, new JsonObject().put("alg", "RS256").put("kid", "1"), claims);
    }

    @Test
    void aVirtualMachineGetsItsTokenFromTheIdentityEndpointInTexts() throws Exception {
        // Given
        WebClient http = WebClient.create(cloud.vertx());
        String path = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource="
                + URLEncoder.encode("https://management.azure.test", StandardCharsets.UTF_8);

        // When
        HttpResponse<Buffer> without = cloud.await(
                http.get(cloud.ports().control(), CloudOptions.HOST, path).send());
        HttpResponse<Buffer> answer =
                cloud.await(http.get(cloud.ports().control(), CloudOptions.HOST, path + "&client_id=" + MACHINE)
                        .putHeader("Metadata", "true")
                        .send());

        // Then
        assertThat(without.statusCode()).isEqualTo(400);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.bodyAsJsonObject().getMap().values()).allMatch(String.class::isInstance);
        HttpResponse<Buffer> subscriptions = cloud.send(
                HttpMethod.GET,
                "management.azure.test",
                "/subscriptions?api-version=2021-04-01",
                "Bearer " + answer.bodyAsJsonObject().getString("access_token"),
                null);
        assertThat(subscriptions.bodyAsJsonObject().getJsonArray("value")).hasSize(1);
    }

    private static String audience() {
        return "https://" + RunningCloud.LOGIN + "/" + RunningCloud.TENANT + "/oauth2/v2.0/token";
    }

    private static HttpResponse<Buffer> authorize(Map<String, String> more) throws Exception {
        Map<String, String> query = new HashMap<>(Map.of(
                "client_id",
                SPA,
                "response_type",
                "code",
                "redirect_uri",
                REDIRECT,
                "scope",
                SCOPE,
                "state",
                "s-1",
                "nonce",
                "n-1",
                "code_challenge",
                URL.encodeToString(
                        MessageDigest.getInstance("SHA-256").digest(VERIFIER.getBytes(StandardCharsets.US_ASCII))),
                "code_challenge_method",
                "S256"));
        query.putAll(more);
        StringBuilder path = new StringBuilder("/" + RunningCloud.TENANT + "/oauth2/v2.0/authorize?");
        query.forEach((name, value) -> path.append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8))
                .append('&'));
        return cloud.await(cloud.request(HttpMethod.GET, RunningCloud.LOGIN, path.toString())
                .followRedirects(false)
                .send());
    }

    private static String code(HttpResponse<Buffer> redirected) {
        assertThat(redirected.statusCode()).isEqualTo(302);
        URI location = URI.create(redirected.getHeader("location"));
        assertThat(location.toString()).startsWith(REDIRECT);
        for (String pair : location.getRawQuery().split("&", -1)) {
            if (pair.startsWith("code=")) {
                return URLDecoder.decode(pair.substring(5), StandardCharsets.UTF_8);
            }
        }
        throw new AssertionError("no code in " + location);
    }

    private static HttpResponse<Buffer> redeem(String code, String verifier) throws Exception {
        return form(
                "/oauth2/v2.0/token",
                Map.of(
                        "grant_type",
                        "authorization_code",
                        "client_id",
                        SPA,
                        "code",
                        code,
                        "redirect_uri",
                        REDIRECT,
                        "code_verifier",
                        verifier));
    }

    private static HttpResponse<Buffer> asRobot(String assertion, String scope) throws Exception {
        return form(
                "/oauth2/v2.0/token",
                Map.of(
                        "grant_type",
                        "client_credentials",
                        "client_id",
                        ROBOT,
                        "scope",
                        scope,
                        "client_assertion_type",
                        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                        "client_assertion",
                        assertion));
    }

    private static HttpResponse<Buffer> form(String path, Map<String, String> fields) throws Exception {
        MultiMap form = MultiMap.caseInsensitiveMultiMap().addAll(fields);
        return cloud.await(cloud.request(HttpMethod.POST, RunningCloud.LOGIN, "/" + RunningCloud.TENANT + path)
                .sendForm(form));
    }

    private static String assertion(TestAuthority.Issued signer, String audience, long secondsValid) throws Exception {
        byte[] thumbprint =
                MessageDigest.getInstance("SHA-1").digest(signer.certificate().getEncoded());
        JsonObject header =
                new JsonObject().put("alg", "RS256").put("typ", "JWT").put("x5t", URL.encodeToString(thumbprint));
        JsonObject claims = new JsonObject()
                .put("aud", audience)
                .put("iss", ROBOT)
                .put("sub", ROBOT)
                .put("jti", "1")
                .put("exp", Instant.now().getEpochSecond() + secondsValid);
        return signed(signer, header, claims);
    }

    private static String signed(TestAuthority.Issued signer, JsonObject header, JsonObject claims) throws Exception {
        String text = URL.encodeToString(header.toBuffer().getBytes()) + "."
                + URL.encodeToString(claims.toBuffer().getBytes());
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(signer.key());
        signature.update(text.getBytes(StandardCharsets.US_ASCII));
        return text + "." + URL.encodeToString(signature.sign());
    }

    /** The claims of a token whose signature holds against the published key set. */
    private static JsonObject verified(String token) throws Exception {
        JsonObject key = cloud.await(cloud.request(
                                HttpMethod.GET, RunningCloud.LOGIN, "/" + RunningCloud.TENANT + "/discovery/v2.0/keys")
                        .send())
                .bodyAsJsonObject()
                .getJsonArray("keys")
                .getJsonObject(0);
        String[] parts = token.split("\\.", -1);
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initVerify(KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(
                        new BigInteger(1, Base64.getUrlDecoder().decode(key.getString("n"))),
                        new BigInteger(1, Base64.getUrlDecoder().decode(key.getString("e"))))));
        signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        assertThat(signature.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
        return new JsonObject(Buffer.buffer(Base64.getUrlDecoder().decode(parts[1])));
    }

    private static void assertRefused(HttpResponse<Buffer> answer, String error, int code) {
        assertThat(answer.bodyAsJsonObject().getString("error")).isEqualTo(error);
        assertThat(answer.bodyAsJsonObject().getJsonArray("error_codes")).containsExactly(code);
        assertThat(answer.bodyAsJsonObject().getString("error_description")).startsWith("AADSTS" + code);
    }
}
