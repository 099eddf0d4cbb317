package io.drover.worker.azure.central;

import io.drover.worker.azure.AzureCall;
import io.drover.worker.azure.AzureHttp;
import io.drover.worker.azure.Paging;
import io.drover.worker.azure.PathSegment;
import io.drover.worker.azure.quota.AzureLimit;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.Stream;

/** Which roles users and API tokens have in an IoT Central application, by the roles' ids. */
public final class CentralRoles {
    private final AzureHttp http;
    private final Paging paging;
    private final String base;
    private final String version;
    private final String audience;

    CentralRoles(AzureHttp http, String base, String version, String audience) {
        this.http = http;
        this.paging = new Paging(http);
        this.base = base;
        this.version = version;
        this.audience = audience;
    }

    /** Roles of the user who is this service principal; empty when there is none. */
    public Future<List<String>> ofPrincipal(String objectId) {
        return paging.allLinked(get("list-users", "/users"))
                .map(users -> users.stream()
                        .filter(user -> objectId.equalsIgnoreCase(user.getString("objectId")))
                        .flatMap(CentralRoles::roles)
                        .toList());
    }

    /** Roles of the API token with this name. */
    public Future<List<String>> ofToken(String name) {
        return http.send(get("get-api-token", "/apiTokens/" + PathSegment.encode(name)))
                .map(answer -> roles(answer.bodyAsJsonObject()).toList());
    }

    private AzureCall get(String operation, String path) {
        return AzureCall.get("central", operation, base + path + version, audience, AzureLimit.CENTRAL_REST);
    }

    private static Stream<String> roles(JsonObject holder) {
        return holder.getJsonArray("roles", new JsonArray()).stream()
                .map(role -> ((JsonObject) role).getString("role"));
    }
}
