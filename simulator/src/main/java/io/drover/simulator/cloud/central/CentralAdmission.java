package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.Names;
import io.drover.simulator.cloud.entra.AccessTokens;
import io.drover.simulator.cloud.entra.Caller;
import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.OptionalLong;

/** Decides whether a request gets to a resource at all: who calls, with which api-version, and how often. */
final class CentralAdmission {
    private static final String EXPORTS = "/api/dataExport/";

    private final AccessTokens tokens;
    private final Quotas quotas;
    private final Names names;

    CentralAdmission(AccessTokens tokens, Quotas quotas, Names names) {
        this.tokens = tokens;
        this.quotas = quotas;
        this.names = names;
    }

    /** The caller of an admitted request; throws the refusal of any other. */
    CentralCaller admit(CentralApp app, RoutingContext context) {
        CentralCaller caller = identify(app, context.request().getHeader("authorization"));
        requireVersion(context);
        OptionalLong wait = quotas.tryAcquire(AzureLimit.CENTRAL_REST, app.subdomain());
        if (wait.isPresent()) {
            CentralRequest.retryAfter(context, wait.getAsLong());
            throw CentralException.tooManyRequests();
        }
        return caller;
    }

    private CentralCaller identify(CentralApp app, String authorization) {
        if (Membership.isApiToken(authorization)) {
            return app.members()
                    .byToken(authorization)
                    .orElseThrow(() ->
                            new CentralException(401, "Unauthorized", "The API token is not valid or has expired."));
        }
        Caller caller = tokens.verify(authorization, names.centralAudience())
                .orElseThrow(() -> new CentralException(
                        401, "Unauthorized", "You need a valid access token for " + names.centralAudience() + "."));
        Optional<CentralCaller> member = app.members().byEntra(caller);
        return member.orElseThrow(() ->
                new CentralException(403, "Forbidden", "'" + caller.name() + "' has no role in this application."));
    }

    /** Data export is documented for preview versions only. */
    private static void requireVersion(RoutingContext context) {
        boolean exports = context.request().path().startsWith(EXPORTS);
        String version = exports ? CentralApi.PREVIEW_API_VERSION : CentralApi.API_VERSION;
        if (!version.equals(context.request().getParam("api-version"))) {
            throw new CentralException(
                    400,
                    "InvalidApiVersion",
                    "The query parameter api-version is required and must be " + version + " for this call.");
        }
    }
}
