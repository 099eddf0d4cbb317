package io.drover.worker.auth;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a caller may do; named as app roles of the Entra application and in the API's document are, in lower case. */
public enum Role {
    VIEWER,
    OPERATOR,
    APPROVER,
    ADMIN;

    /** The role of this name, empty for any other. */
    public static Optional<Role> named(String name) {
        for (Role role : values()) {
            if (role.text().equals(name)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }

    /** Its name outside of this program. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether one of these roles allows what takes this one: an admin may do all, everybody with a role may view. */
    public boolean allowedTo(Set<Role> roles) {
        return roles.contains(ADMIN) || roles.contains(this) || (this == VIEWER && !roles.isEmpty());
    }
}
