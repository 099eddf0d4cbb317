package io.drover.worker.auth;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SelfSignedCertificate;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A tenant that signs people in and issues tokens, over TLS, with RSA keys; whoever comes to its authorization endpoint is signed in. */
final class TokenIssuer {
    static final String HOST = "login.issuer.test";
    static final String TENANT = "11111111-1111-1111-1111-111111111111";
    static final String CLIENT = "22222222-2222-2222-2222-222222222222";
    static final String SECRET = "the-client-secret-of-the-test";
    static final String V1 = "https://sts.issuer.test/" + TENANT + "/";
    static final String V2 = "https://" + HOST + "/" + TENANT + "/v2.0";
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    private final SelfSignedCertificate certificate = SelfSignedCertificate.create(HOST);
    private final Map<String, KeyPair> published = new LinkedHashMap<>();
    private final Map<String, JsonObject> codes = new ConcurrentHashMap<>();
    private final AtomicInteger looks = new AtomicInteger();
    private volatile String current;
    private volatile UnaryOperator<JsonObject> idToken = UnaryOperator.identity();
    private HttpServer server;

    TokenIssuer() {
        rotate();
    }

    /** Issues with a new key from now on, beside which the last one stays published. */
    synchronized void rotate() {
        current = UUID.randomUUID().toString();
        published.put(current, keys());
    }

    /** What becomes of the claims of ID tokens. */
    void idTokens(UnaryOperator<JsonObject> change) {
        idToken = change;
    }

    /** How often the keys were asked for. */
    int looks() {
        return looks.get();
    }

    Future<Integer> listen(Vertx vertx) {
        Router router = Router.router(vertx);
        String base = "https://" + HOST + "/" + TENANT;
        router.get("/" + TENANT + "/v2.0/.well-known/openid-configuration")
                .handler(call -> call.json(new JsonObject()
                        .put("issuer", V2)
                        .put("authorization_endpoint", base + "/oauth2/v2.0/authorize")
                        .put("token_endpoint", base + "/oauth2/v2.0/token")
                        .put("end_session_endpoint", base + "/oauth2/v2.0/logout")
                        .put("userinfo_endpoint", base + "/userinfo")
                        .put("jwks_uri", base + "/discovery/v2.0/keys")));
        router.get("/" + TENANT + "/.well-known/openid-configuration")
                .handler(call ->
                        call.json(new JsonObject().put("issuer", V1).put("jwks_uri", base + "/discovery/keys")));
        router.get("/" + TENANT + "/discovery/v2.0/keys").handler(call -> {
            looks.incrementAndGet();
            call.json(keySet());
        });
        router.get("/" + TENANT + "/discovery/keys").handler(call -> call.json(keySet()));
        router.get("/" + TENANT + "/oauth2/v2.0/authorize").handler(this::authorize);
        router.post("/" + TENANT + "/oauth2/v2.0/token")
                .handler(BodyHandler.create(false))
                .handler(this::token);
        server = vertx.createHttpServer(
                        new HttpServerOptions().setSsl(true).setKeyCertOptions(certificate.keyCertOptions()))
                .requestHandler(router);
        return server.listen(0, "127.0.0.1").map(HttpServer::actualPort);
    }

    Future<Void> close() {
        return server.close();
    }

    HttpClientOptions trusted() {
        return new HttpClientOptions().setSsl(true).setVerifyHost(true).setTrustOptions(certificate.trustOptions());
    }

    private void authorize(RoutingContext call) {
        MultiMap query = call.queryParams();
        String code = UUID.randomUUID().toString();
        JsonObject kept = new JsonObject();
        query.forEach(kept::put);
        codes.put(code, kept);
        call.response()
                .setStatusCode(302)
                .putHeader("location", query.get("redirect_uri") + "?code=" + code + "&state=" + query.get("state"))
                .end();
    }

    private void token(RoutingContext call) {
        MultiMap form = call.request().formAttributes();
        JsonObject kept = codes.remove(form.get("code"));
        boolean proven = kept != null
                && SECRET.equals(form.get("client_secret"))
                && kept.getString("redirect_uri").equals(form.get("redirect_uri"))
                && kept.getString("code_challenge").equals(challenge(form.get("code_verifier")));
        if (!proven) {
            call.response().setStatusCode(401);
            call.json(new JsonObject()
                    .put("error", "invalid_client")
                    .put("error_description", "AADSTS7000215: Invalid client secret provided."));
            return;
        }
        JsonObject claims = new JsonObject()
                .put("aud", CLIENT)
                .put("iss", V2)
                .put("ver", "2.0")
                .put("nonce", kept.getString("nonce"))
                .put("preferred_username", "otto@contoso.test")
                .put("name", "Otto Operator")
                .put("roles", new JsonArray().add("operator"));
        call.json(new JsonObject().put("id_token", sign(idToken.apply(during(claims)))));
    }

    /** Claims of an app-only v2 token. */
    static JsonObject application() {
        return during(new JsonObject()
                .put("aud", CLIENT)
                .put("iss", V2)
                .put("ver", "2.0")
                .put("azp", "robot")
                .put("idtyp", "app")
                .put("roles", new JsonArray().add("viewer")));
    }

    /** Claims of a person's v1 token. */
    static JsonObject person() {
        return during(new JsonObject()
                .put("aud", "api://" + CLIENT)
                .put("iss", V1)
                .put("ver", "1.0")
                .put("appid", "cli")
                .put("scp", "access")
                .put("upn", "anna@contoso.test")
                .put("roles", new JsonArray().add("approver").add("unheard-of")));
    }

    private static JsonObject during(JsonObject claims) {
        long now = Instant.now().getEpochSecond();
        return claims.put("iat", now).put("nbf", now).put("exp", now + 3600);
    }

    String sign(JsonObject claims) {
        String kid = current;
        return sign(claims, kid, pair(kid));
    }

    /** Signed with a key that nobody publishes, under this name. */
    static String forged(JsonObject claims, String kid) {
        return sign(claims, kid, keys());
    }

    private static String sign(JsonObject claims, String kid, KeyPair pair) {
        String text =
                part(new JsonObject().put("typ", "JWT").put("alg", "RS256").put("kid", kid)) + "." + part(claims);
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(pair.getPrivate());
            signature.update(text.getBytes(StandardCharsets.US_ASCII));
            return text + "." + URL.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The published key taken for the secret of an HMAC. */
    String hmac(JsonObject claims) throws GeneralSecurityException {
        String text =
                part(new JsonObject().put("typ", "JWT").put("alg", "HS256").put("kid", current)) + "." + part(claims);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(pair(current).getPublic().getEncoded(), "HmacSHA256"));
        return text + "." + URL.encodeToString(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
    }

    String unsigned(JsonObject claims) {
        return part(new JsonObject().put("typ", "JWT").put("alg", "none").put("kid", current)) + "." + part(claims)
                + ".";
    }

    String kid() {
        return current;
    }

    private synchronized KeyPair pair(String kid) {
        return published.get(kid);
    }

    private synchronized JsonObject keySet() {
        JsonArray keys = new JsonArray();
        published.forEach((kid, pair) -> {
            RSAPublicKey key = (RSAPublicKey) pair.getPublic();
            keys.add(new JsonObject()
                    .put("kty", "RSA")
                    .put("use", "sig")
                    .put("kid", kid)
                    .put("n", unsigned(key.getModulus()))
                    .put("e", unsigned(key.getPublicExponent())));
        });
        return new JsonObject().put("keys", keys);
    }

    private static String unsigned(BigInteger number) {
        byte[] bytes = number.toByteArray();
        int from = bytes[0] == 0 && bytes.length > 1 ? 1 : 0;
        return URL.encodeToString(java.util.Arrays.copyOfRange(bytes, from, bytes.length));
    }

    private static String challenge(String verifier) {
        try {
            return URL.encodeToString(
                    MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String part(JsonObject json) {
        return URL.encodeToString(json.toBuffer().getBytes());
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
