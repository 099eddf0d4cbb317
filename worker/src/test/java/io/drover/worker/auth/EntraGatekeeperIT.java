package io.drover.worker.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.Secret;
import io.drover.worker.WorkerConfig.Api;
import io.drover.worker.WorkerConfig.ApiLimits;
import io.drover.worker.WorkerConfig.ApiSignIn;
import io.drover.worker.WorkerConfig.Rate;
import io.drover.worker.azure.ConnectTo;
import io.drover.worker.azure.entra.SignInHttp;
import io.drover.worker.web.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.client.HttpResponse;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** People with browsers and machines with tokens at a small server, against an issuer of its own. */
@Timeout(60)
class EntraGatekeeperIT {
    private static final String SESSION = "drover-session";
    private static final String PENDING = "drover-sign-in";

    private final Vertx vertx = Vertx.vertx();
    private final TokenIssuer issuer = new TokenIssuer();
    private final MovableClock clock = new MovableClock();
    private HttpServer server;
    private int issuerPort;
    private String site;

    private static final class MovableClock extends Clock {
        private volatile Duration ahead = Duration.ZERO;

        @Override
        public ZoneId getZone() {
            return ZoneId.of("UTC");
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead);
        }
    }

    @BeforeEach
    void start() throws Exception {
        issuerPort = await(issuer.listen(vertx));
        site = serve(TokenIssuer.SECRET, issuerPort, null);
    }

    private String serve(String secret, int port, String publicUrl) throws Exception {
        Api api = new Api(
                "127.0.0.1",
                0,
                publicUrl,
                null,
                new ApiSignIn(
                        TokenIssuer.TENANT,
                        TokenIssuer.CLIENT,
                        new Secret(secret),
                        "https://" + TokenIssuer.HOST,
                        "api://" + TokenIssuer.CLIENT),
                new ApiLimits(new Rate(50, Duration.ofSeconds(1)), 1024, 10),
                1);
        SignInHttp http =
                new SignInHttp(vertx, issuer.trusted(), List.of(new ConnectTo(TokenIssuer.HOST, "127.0.0.1", port)));
        Gatekeeper gatekeeper =
                new EntraGatekeeper(vertx, api, http, () -> server.actualPort(), clock, Duration.ofMillis(100));
        Router root = Router.router(vertx);
        gatekeeper.mount(root);
        root.route("/api/*").handler(gatekeeper.identify());
        root.route("/api/session").handler(call -> call.json(gatekeeper.session(call)));
        root.get("/api/stream").handler(call -> {
            call.response().setChunked(true).putHeader("content-type", "text/event-stream");
            call.response().write(": hello\n\n");
        });
        root.get("/app/*").handler(call -> call.end("app " + call.request().uri()));
        root.get("/").handler(call -> call.end("home"));
        root.route("/*").failureHandler(call -> {
            ProblemException problem = (ProblemException) call.failure();
            call.response().setStatusCode(problem.status());
            call.json(problem.json());
        });
        server = vertx.createHttpServer().requestHandler(root);
        await(server.listen(0, "127.0.0.1"));
        return "http://localhost:" + server.actualPort();
    }

    @AfterEach
    void stop() throws Exception {
        await(vertx.close());
    }

    @Test
    void aPersonSignsInAndIsLedBackAndHasASession() throws Exception {
        Browser browser = browser();
        assertThat(session(browser).getBoolean("signedIn")).isFalse();
        assertThat(browser.given).isEmpty();

        HttpResponse<Buffer> page =
                browser.follow(site + "/auth/sign-in?returnTo=%2Fapp%2Fmigrations%3Fstate%3DRUNNING");

        assertThat(page.bodyAsString()).isEqualTo("app /app/migrations?state=RUNNING");
        assertThat(browser.given)
                .anySatisfy(cookie -> assertThat(cookie)
                        .startsWith(SESSION + "=")
                        .contains("HTTPOnly", "SameSite=Lax", "Path=/")
                        .doesNotContain("Secure", "Max-Age", "Domain"));
        assertThat(browser.cookie(PENDING)).isNull();
        JsonObject session = session(browser);
        assertThat(session.getBoolean("signedIn")).isTrue();
        assertThat(session.getString("id")).isEqualTo("otto@contoso.test");
        assertThat(session.getString("name")).isEqualTo("Otto Operator");
        assertThat(session.getJsonArray("roles")).containsExactly("operator");
        assertThat(session.getString("signOutPath")).isEqualTo("/auth/sign-out");
    }

    @Test
    void noIdThatABrowserBroughtBecomesASession() throws Exception {
        Browser browser = browser();
        String planted = "a".repeat(64);
        browser.put(SESSION, planted);
        session(browser);
        browser.put(SESSION, planted);

        browser.follow(site + "/auth/sign-in");
        String first = browser.cookie(SESSION);
        browser.follow(site + "/auth/sign-in");

        assertThat(first).isNotNull().isNotEqualTo(planted);
        assertThat(browser.cookie(SESSION)).isNotEqualTo(first);
        Browser other = browser();
        other.put(SESSION, planted);
        assertThat(session(other).getBoolean("signedIn")).isFalse();
        other.put(SESSION, first);
        assertThat(session(other).getBoolean("signedIn")).isFalse();
    }

    @Test
    void anAnswerIsTakenOnlyByTheBrowserThatAskedAndOnce() throws Exception {
        Browser browser = browser();
        String asked = browser.get(site + "/auth/sign-in").getHeader("location");
        String answered = browser.get(asked).getHeader("location");
        Browser other = browser();
        other.get(site + "/auth/sign-in");

        assertPage(other.get(answered), 400, "not begun in this browser");
        assertPage(browser().get(answered), 400, "not begun in this browser");
        String pending = browser.cookie(PENDING);
        assertThat(browser.get(answered).statusCode()).isEqualTo(302);
        assertPage(browser.get(answered), 400, "not begun in this browser");
        browser.put(PENDING, pending);
        assertPage(browser.get(answered), 403, "Entra refused the sign-in");
        assertThat(pending).doesNotContain(query(asked, "state")).doesNotContain(query(asked, "nonce"));
        assertThat(query(asked, "code_challenge_method")).isEqualTo("S256");
        browser.put(PENDING, pending);
        clock.ahead = Duration.ofMinutes(11);
        assertPage(browser.get(answered), 400, "longer than ten");
    }

    @Test
    void anIdTokenOfAnotherSignInOrForAnotherApplicationSignsNobodyIn() throws Exception {
        for (JsonObject change : List.of(
                new JsonObject().put("nonce", "other"),
                new JsonObject().put("aud", "other"),
                new JsonObject().put("iss", TokenIssuer.V1),
                new JsonObject().put("exp", 1))) {
            issuer.idTokens(claims -> claims.mergeIn(change));
            Browser browser = browser();
            assertPage(browser.follow(site + "/auth/sign-in"), 403, "What Entra answered was not taken");
            assertThat(browser.cookie(SESSION)).isNull();
        }
    }

    @Test
    void aWrongClientSecretIsToldToThePersonWithoutShowingIt() throws Exception {
        site = serve("another-secret-of-the-test", issuerPort, null);

        HttpResponse<Buffer> page = browser().follow(site + "/auth/sign-in");

        assertPage(page, 403, "invalid_client, AADSTS7000215");
        assertThat(page.bodyAsString()).contains("api.signIn.clientSecret").doesNotContain("another-secret");
    }

    @Test
    void whatEntraRefusesIsTold() throws Exception {
        Browser browser = browser();
        String asked = browser.get(site + "/auth/sign-in").getHeader("location");

        HttpResponse<Buffer> page = browser.get(
                site + "/auth/callback?error=access_denied&error_description=AADSTS50105%3A%20%3Cscript%3E&state="
                        + query(asked, "state"));

        assertPage(page, 403, "access_denied, AADSTS50105");
        assertThat(page.bodyAsString()).contains("Users and groups").doesNotContain("script");
    }

    @Test
    void aSessionsWriteNeedsItsTokenAndThisOrigin() throws Exception {
        Browser browser = browser();
        browser.follow(site + "/auth/sign-in");
        String token = session(browser).getString("csrfToken");

        assertThat(write(browser, Map.of()).bodyAsJsonObject().getString("type"))
                .isEqualTo("urn:drover:problem:forged-request");
        assertThat(write(browser, Map.of("x-csrf-token", "x" + token)).statusCode())
                .isEqualTo(403);
        assertThat(write(browser, Map.of("x-csrf-token", token, "origin", "https://evil.test"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(write(browser, Map.of("x-csrf-token", token, "sec-fetch-site", "same-site"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(write(browser, Map.of("x-csrf-token", token, "origin", site, "sec-fetch-site", "same-origin"))
                        .statusCode())
                .isEqualTo(200);
        Browser other = browser();
        other.follow(site + "/auth/sign-in");
        assertThat(write(other, Map.of("x-csrf-token", token)).statusCode()).isEqualTo(403);
    }

    @Test
    void signingOutEndsTheSessionHereAndLeadsToEntrasEnd() throws Exception {
        Browser browser = browser();
        browser.follow(site + "/auth/sign-in");
        String cookie = browser.cookie(SESSION);
        String token = session(browser).getString("csrfToken");

        assertThat(browser.send(HttpMethod.POST, site + "/auth/sign-out", Map.of(), null)
                        .statusCode())
                .isEqualTo(403);
        HttpResponse<Buffer> out = browser.send(
                HttpMethod.POST,
                site + "/auth/sign-out",
                Map.of("origin", site),
                MultiMap.caseInsensitiveMultiMap().add("csrfToken", token));

        assertThat(out.statusCode()).isEqualTo(303);
        assertThat(out.getHeader("location"))
                .startsWith("https://" + TokenIssuer.HOST + "/" + TokenIssuer.TENANT + "/oauth2/v2.0/logout?")
                .endsWith("%2Fauth%2Fsigned-out");
        browser.put(SESSION, cookie);
        assertThat(session(browser).getBoolean("signedIn")).isFalse();
        browser.follow(site + "/auth/sign-in");
        HttpResponse<Buffer> byScript = browser.send(
                HttpMethod.POST,
                site + "/auth/sign-out",
                Map.of("x-csrf-token", session(browser).getString("csrfToken")),
                null);
        assertThat(byScript.bodyAsJsonObject().getString("location")).contains("/oauth2/v2.0/logout?");
    }

    @Test
    void anEventStreamEndsWithTheSessionOrTheTokenThatBeganIt() throws Exception {
        Browser browser = browser();
        browser.follow(site + "/auth/sign-in");
        String csrf = session(browser).getString("csrfToken");
        Future<Void> stream = stream(Map.of("cookie", SESSION + "=" + browser.cookie(SESSION)));
        Future<Void> other = stream(Map.of("authorization", "Bearer " + issuer.sign(TokenIssuer.application())));

        browser.send(HttpMethod.POST, site + "/auth/sign-out", Map.of("x-csrf-token", csrf), null);

        assertBroken(stream);
        assertThat(other.isComplete()).isFalse();
        clock.ahead = Duration.ofHours(2);
        assertBroken(other);
    }

    private static void assertBroken(Future<Void> stream) throws Exception {
        await(stream.otherwiseEmpty());
        assertThat(stream.failed()).isTrue();
    }

    /** Completes when the stream ends, once it has begun. */
    private Future<Void> stream(Map<String, String> headers) throws Exception {
        HttpClientResponse begun = await(vertx.createHttpClient()
                .request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/api/stream")
                .compose(request -> {
                    request.putHeader("accept", "text/event-stream");
                    headers.forEach(request::putHeader);
                    return request.send().onSuccess(HttpClientResponse::pause);
                }));
        assertThat(begun.statusCode()).isEqualTo(200);
        Future<Void> end = begun.end();
        begun.handler(part -> {}).resume();
        return end;
    }

    @Test
    void aSessionEndsAfterTwelveHoursHoweverBusy() throws Exception {
        Browser browser = browser();
        browser.follow(site + "/auth/sign-in");

        clock.ahead = Duration.ofHours(12).minusMinutes(1);
        assertThat(session(browser).getBoolean("signedIn")).isTrue();
        clock.ahead = Duration.ofHours(12).plusMinutes(1);
        assertThat(session(browser).getBoolean("signedIn")).isFalse();
        assertThat(browser.cookie(SESSION)).isNull();
    }

    @Test
    void aMachinesTokenOfEitherVersionIsTakenAndNeedsNoOtherProof() throws Exception {
        JsonObject robot = bearer(issuer.sign(TokenIssuer.application())).bodyAsJsonObject();
        JsonObject anna = bearer(issuer.sign(TokenIssuer.person())).bodyAsJsonObject();
        JsonObject noRole =
                bearer(issuer.sign(without(TokenIssuer.application(), "roles"))).bodyAsJsonObject();

        assertThat(robot.getString("id")).isEqualTo("robot");
        assertThat(robot.getJsonArray("roles")).containsExactly("viewer");
        assertThat(robot.getValue("csrfToken")).isNull();
        assertThat(anna.getString("id")).isEqualTo("anna@contoso.test");
        assertThat(anna.getJsonArray("roles")).containsExactly("approver");
        assertThat(noRole.getJsonArray("roles")).isEmpty();
        assertThat(noRole.getBoolean("signedIn")).isTrue();
    }

    @Test
    void aTokenThatProvesNothingIsRefusedAndNeverShown() throws Exception {
        long now = Instant.now().getEpochSecond();
        JsonObject good = TokenIssuer.application();
        assertRefused(issuer.sign(good.copy().put("exp", now - 61)), "claim exp");
        assertThat(bearer(issuer.sign(good.copy().put("exp", now - 30))).statusCode())
                .isEqualTo(200);
        assertRefused(issuer.sign(without(good, "exp")), "claim exp");
        assertRefused(issuer.sign(good.copy().put("nbf", now + 120)), "claim nbf");
        assertRefused(issuer.sign(good.copy().put("aud", "00000003-0000-0000-c000-000000000000")), "claim aud");
        assertRefused(issuer.sign(without(good, "aud")), "claim aud");
        assertRefused(issuer.sign(good.copy().put("aud", new JsonArray())), "claim aud");
        assertRefused(issuer.sign(good.copy().put("iss", "https://login.issuer.test/other/v2.0")), "claims iss, ver");
        assertRefused(issuer.sign(good.copy().put("iss", TokenIssuer.V1)), "claims iss, ver");
        assertRefused(issuer.sign(without(good, "azp")), "an ID token is not taken for one");
        assertRefused(issuer.unsigned(good), "header alg");
        assertRefused(issuer.hmac(good), "header alg");
        assertRefused(TokenIssuer.forged(good, issuer.kid()), "signature does not hold");
        assertRefused(TokenIssuer.forged(good, "unheard-of"), "a key that the directory does not publish");
        assertRefused("not-a-token", "not a signed JSON Web Token");
        assertRefused("a.b.c", "not a signed JSON Web Token");
        HttpResponse<Buffer> basic =
                browser().send(HttpMethod.GET, site + "/api/session", Map.of("authorization", "Basic dTpw"), null);
        assertThat(basic.statusCode()).isEqualTo(401);
    }

    @Test
    void aNewKeyIsLookedForAtOnceAndNotMoreThanOnceAMinute() throws Exception {
        assertThat(bearer(issuer.sign(TokenIssuer.application())).statusCode()).isEqualTo(200);
        assertThat(issuer.looks()).isEqualTo(1);
        issuer.rotate();

        assertThat(bearer(issuer.sign(TokenIssuer.application())).statusCode()).isEqualTo(200);
        assertThat(issuer.looks()).isEqualTo(2);
        assertThat(bearer(TokenIssuer.forged(TokenIssuer.application(), "one")).statusCode())
                .isEqualTo(401);
        assertThat(bearer(TokenIssuer.forged(TokenIssuer.application(), "two")).statusCode())
                .isEqualTo(401);
        assertThat(issuer.looks()).isEqualTo(2);
        clock.ahead = Duration.ofMinutes(2);
        assertThat(bearer(TokenIssuer.forged(TokenIssuer.application(), "three"))
                        .statusCode())
                .isEqualTo(401);
        assertThat(issuer.looks()).isEqualTo(3);
    }

    @Test
    void withoutEntraNobodyIsToldFromAnybodyAndThePersonLearnsWhy() throws Exception {
        await(issuer.close());

        HttpResponse<Buffer> answer = bearer(issuer.sign(TokenIssuer.application()));
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.getHeader("retry-after")).isEqualTo("60");
        assertThat(answer.bodyAsJsonObject().getString("detail"))
                .contains(TokenIssuer.HOST)
                .contains("api.signIn.authority");
        assertPage(browser().get(site + "/auth/sign-in"), 503, "api.signIn.authority");
    }

    @Test
    void keysThatAreKnownServeOnWhileEntraIsAway() throws Exception {
        assertThat(bearer(issuer.sign(TokenIssuer.application())).statusCode()).isEqualTo(200);
        String later =
                issuer.sign(TokenIssuer.application().put("exp", Instant.now().getEpochSecond() + 200_000));
        await(issuer.close());

        clock.ahead = Duration.ofHours(3);
        assertThat(bearer(later).statusCode()).isEqualTo(200);
        clock.ahead = Duration.ofHours(25);
        assertThat(bearer(later).statusCode()).isEqualTo(503);
    }

    @Test
    void whoComesByAnotherNameIsLedToThePublicOne() throws Exception {
        HttpResponse<Buffer> answer =
                browser().get("http://127.0.0.1:" + server.actualPort() + "/auth/sign-in?returnTo=/app/x");

        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.getHeader("location")).isEqualTo(site + "/auth/sign-in?returnTo=%2Fapp%2Fx");
    }

    @Test
    void behindAProxyTheNameThatItUsesDoesNotMatterAndCookiesAreForThePublicOne() throws Exception {
        serve(TokenIssuer.SECRET, issuerPort, "https://drover.contoso.test");

        HttpResponse<Buffer> answer = browser().get("http://127.0.0.1:" + server.actualPort() + "/auth/sign-in");

        assertThat(answer.getHeader("location"))
                .startsWith("https://" + TokenIssuer.HOST)
                .contains("redirect_uri=https%3A%2F%2Fdrover.contoso.test%2Fauth%2Fcallback&");
        assertThat(answer.cookies())
                .singleElement()
                .asString()
                .startsWith("__Host-" + PENDING + "=")
                .contains("Path=/", "Secure", "HTTPOnly", "SameSite=Lax")
                .doesNotContain("Domain");
    }

    private void assertRefused(String token, String why) throws Exception {
        HttpResponse<Buffer> answer = bearer(token);
        assertThat(answer.statusCode()).as(why).isEqualTo(401);
        assertThat(answer.getHeader("www-authenticate")).startsWith("Bearer ").contains("invalid_token");
        assertThat(answer.bodyAsJsonObject().getString("detail")).contains(why);
        assertThat(answer.bodyAsString()).doesNotContain(token);
    }

    private static void assertPage(HttpResponse<Buffer> answer, int status, String text) {
        assertThat(answer.statusCode()).as(answer.bodyAsString()).isEqualTo(status);
        assertThat(answer.getHeader("content-type")).startsWith("text/html");
        assertThat(answer.bodyAsString()).contains(text).contains("/auth/sign-in");
    }

    private static JsonObject without(JsonObject claims, String claim) {
        JsonObject copy = claims.copy();
        copy.remove(claim);
        return copy;
    }

    private HttpResponse<Buffer> bearer(String token) throws Exception {
        return browser().send(HttpMethod.POST, site + "/api/session", Map.of("authorization", "Bearer " + token), null);
    }

    private HttpResponse<Buffer> write(Browser browser, Map<String, String> headers) throws Exception {
        return browser.send(HttpMethod.POST, site + "/api/session", headers, null);
    }

    private JsonObject session(Browser browser) throws Exception {
        return browser.get(site + "/api/session").bodyAsJsonObject();
    }

    private Browser browser() {
        return new Browser(vertx, issuer.trusted(), issuerPort);
    }

    private static String query(String url, String name) {
        for (String pair : URI.create(url).getRawQuery().split("&", -1)) {
            if (pair.startsWith(name + "=")) {
                return pair.substring(name.length() + 1);
            }
        }
        throw new AssertionError("no " + name + " in " + url);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
