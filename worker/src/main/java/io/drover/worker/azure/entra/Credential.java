package io.drover.worker.azure.entra;

import io.vertx.core.Future;
import java.util.List;

/** One way to sign in. */
public interface Credential {
    /**
     * A new token for the audience, at the latest after a minute. Fails with
     * {@link io.drover.worker.azure.AzureException}: 429 when the same may succeed a little later, 0 when nobody
     * answered, 401 when it will not succeed without a change.
     */
    Future<AccessToken> signIn(String audience);

    /** What somebody should know about this credential, as of the last sign-in. */
    default List<String> warnings() {
        return List.of();
    }
}
