package io.drover.worker.azure.entra;

import io.drover.worker.azure.PathSegment;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import java.time.Clock;
import java.util.Set;

/**
 * An app registration at Entra's token endpoint, by "Microsoft identity platform and the OAuth 2.0 client credentials
 * flow"; it proves itself by an assertion, which
 * vertx-auth-oauth2 takes only once and not for each token.
 */
final class EntraApplication {
    private static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    static final String UNREACHABLE =
            "Check entra.authority, network.connectTo, and the way there (DNS, proxy, firewall).";

    private final SignInHttp http;
    private final String endpoint;
    private final String tenant;
    private final String clientId;
    private final Clock clock;

    EntraApplication(SignInHttp http, String authority, String tenant, String clientId, Clock clock) {
        this.http = http;
        this.endpoint = authority + "/" + PathSegment.encode(tenant) + "/oauth2/v2.0/token";
        this.tenant = tenant;
        this.clientId = clientId;
        this.clock = clock;
    }

    String clientId() {
        return clientId;
    }

    /** The address that tokens come from, which is also whom an assertion is meant for. */
    String endpoint() {
        return endpoint;
    }

    Future<AccessToken> byAssertion(String audience, String assertion, String advice) {
        MultiMap form = MultiMap.caseInsensitiveMultiMap()
                .add("client_assertion_type", ASSERTION_TYPE)
                .add("client_assertion", assertion)
                .add("grant_type", "client_credentials")
                .add("client_id", clientId)
                .add("scope", audience + "/.default");
        String asked = "Entra did not sign in client " + clientId + " of tenant " + tenant + " for " + audience;
        return http.post(endpoint, form, UNREACHABLE)
                .compose(answer -> TokenAnswer.read(answer, asked, Set.of(), advice, clock));
    }
}
