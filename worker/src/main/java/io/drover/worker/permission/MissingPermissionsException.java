package io.drover.worker.permission;

import io.drover.worker.permission.PermissionCheck.Verdict;
import java.util.List;
import java.util.stream.Collectors;

/** The principal lacks rights without which the migration would stop half way; nothing was done. */
public final class MissingPermissionsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<PermissionCheck> checks;

    /** @param checks all of them, those that passed as well */
    public MissingPermissionsException(List<PermissionCheck> checks) {
        super(message(checks), null, false, false);
        this.checks = List.copyOf(checks);
    }

    /** All that was checked. */
    public List<PermissionCheck> checks() {
        return checks;
    }

    private static String message(List<PermissionCheck> checks) {
        return "Rights are missing, and nothing was done:\n"
                + checks.stream()
                        .filter(check -> check.verdict() == Verdict.MISSING)
                        .map(check -> "  " + check.call().text() + " at " + check.resource() + " needs "
                                + check.call().role())
                        .collect(Collectors.joining("\n"))
                + "\nGive them to whoever signs in; a new role may take some minutes to take effect.";
    }
}
