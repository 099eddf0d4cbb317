package io.drover.worker.permission;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.arm.EffectivePermissions;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Supplier;

/** Finds out whether a call is allowed without changing anything: a read is tried, of anything else the roles are read. */
final class CallProbe {
    private CallProbe() {}

    /** Tries the read. Fails only when nobody answers. */
    static Future<PermissionCheck> attempt(RequiredCall call, String resource, Supplier<Future<?>> read) {
        return read.get()
                .map(done -> PermissionCheck.granted(call, resource, "tried"))
                .recover(cause -> {
                    if (!(cause instanceof AzureException refused)
                            || refused.code().equals("SignInFailed")) {
                        return Future.failedFuture(cause);
                    }
                    return switch (refused.status()) {
                        case 401, 403 ->
                            Future.succeededFuture(PermissionCheck.missing(call, resource, refused.getMessage()));
                        case 0 -> Future.failedFuture(refused);
                        default ->
                            Future.succeededFuture(PermissionCheck.unknown(call, resource, refused.getMessage()));
                    };
                });
    }

    /**
     * What the roles say of a call that cannot be tried.
     *
     * @param roles empty when they could not be read
     * @param tried a read of the same service
     */
    static PermissionCheck byRoles(
            RequiredCall call, String resource, Optional<EffectivePermissions> roles, PermissionCheck tried) {
        if (roles.isEmpty()) {
            return PermissionCheck.unknown(call, resource, "the principal's roles on the resource cannot be read");
        }
        if (roles.get().grantData(call.action())) {
            return PermissionCheck.granted(call, resource, "by its roles");
        }
        boolean contradicted = tried.verdict() == PermissionCheck.Verdict.GRANTED
                && !roles.get().grantData(tried.call().action());
        return contradicted
                ? PermissionCheck.unknown(
                        call, resource, "the roles that can be read do not even allow what was tried and worked")
                : PermissionCheck.missing(call, resource, "no role has " + call.action());
    }

    /** A call with a key whose rights cannot be seen. */
    static PermissionCheck byPolicy(RequiredCall call, String resource, String policy) {
        return PermissionCheck.unknown(
                call, resource, "policy " + policy + " must have the right " + call.policyRight());
    }
}
