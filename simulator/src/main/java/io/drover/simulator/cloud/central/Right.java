package io.drover.simulator.cloud.central;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * What a role may allow, after the permissions of "Manage users and roles in your IoT Central application". Which call needs which
 * is this emulator's reading: the documents name the permissions of the role editor, not the calls.
 */
public enum Right {
    TEMPLATES_VIEW,
    TEMPLATES_MANAGE,
    DEVICES_VIEW,
    DEVICES_UPDATE,
    DEVICES_CREATE,
    DEVICES_DELETE,
    DEVICES_COMMAND,
    GROUPS_VIEW,
    GROUPS_MANAGE,
    /** Credentials and attestation of a single device. */
    CONNECTIVITY_READ,
    CONNECTIVITY_MANAGE,
    /** Enrollment groups, keys included. */
    ENROLLMENT_READ,
    ENROLLMENT_MANAGE,
    JOBS_VIEW,
    JOBS_MANAGE,
    EXPORTS_VIEW,
    EXPORTS_MANAGE,
    ORGANIZATIONS_VIEW,
    ORGANIZATIONS_MANAGE,
    ROLES_VIEW,
    USERS_VIEW,
    USERS_MANAGE,
    TOKENS_VIEW,
    TOKENS_MANAGE;

    /** The name in an estate, for example {@code devices-view}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Set<Right> all() {
        return EnumSet.allOf(Right.class);
    }
}
