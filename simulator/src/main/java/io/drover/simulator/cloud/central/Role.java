package io.drover.simulator.cloud.central;

import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** A role of an application, built-in or custom. The REST API lists roles; custom ones come from the estate. */
public record Role(String id, String displayName, Set<Right> rights) {
    public static final Role ADMINISTRATOR =
            new Role("ca310b8d-2f4a-44e0-a36e-957c202cd8d4", "Administrator", Right.all());
    /** Manages every part but administration and data export. */
    public static final Role BUILDER = new Role(
            "344138e9-8de4-4497-8c54-5237e96d6aaf",
            "Builder",
            without(
                    Right.EXPORTS_MANAGE,
                    Right.ORGANIZATIONS_MANAGE,
                    Right.ROLES_VIEW,
                    Right.USERS_VIEW,
                    Right.USERS_MANAGE,
                    Right.TOKENS_VIEW,
                    Right.TOKENS_MANAGE));
    /** Works with devices, device groups and jobs, and cannot change templates. */
    public static final Role OPERATOR = new Role(
            "ae2c9854-393b-4f97-8c42-479d70ce626e",
            "Operator",
            EnumSet.of(
                    Right.TEMPLATES_VIEW,
                    Right.DEVICES_VIEW,
                    Right.DEVICES_UPDATE,
                    Right.DEVICES_CREATE,
                    Right.DEVICES_DELETE,
                    Right.DEVICES_COMMAND,
                    Right.GROUPS_VIEW,
                    Right.GROUPS_MANAGE,
                    Right.CONNECTIVITY_READ,
                    Right.CONNECTIVITY_MANAGE,
                    Right.JOBS_VIEW,
                    Right.JOBS_MANAGE,
                    Right.ORGANIZATIONS_VIEW));

    /** An operator who manages the users of an organization too. */
    public static final Role ORG_ADMINISTRATOR = new Role(
            "c495eb57-eb18-489e-9802-62c474e5645c",
            "Org Admin",
            with(OPERATOR.rights(), Right.ROLES_VIEW, Right.USERS_VIEW, Right.USERS_MANAGE));

    public static final Role ORG_OPERATOR =
            new Role("b4935647-30e4-4ed3-9074-dcac66c2f8ef", "Org Operator", OPERATOR.rights());
    public static final Role ORG_VIEWER = new Role(
            "84cc62c1-dabe-49d3-b16e-8b291232b285",
            "Org Viewer",
            EnumSet.of(
                    Right.TEMPLATES_VIEW,
                    Right.DEVICES_VIEW,
                    Right.GROUPS_VIEW,
                    Right.JOBS_VIEW,
                    Right.ORGANIZATIONS_VIEW));

    static final List<Role> BUILT_IN =
            List.of(ADMINISTRATOR, BUILDER, OPERATOR, ORG_ADMINISTRATOR, ORG_OPERATOR, ORG_VIEWER);
    private static final Set<String> OF_ORGANIZATIONS =
            Set.of(ORG_ADMINISTRATOR.id(), ORG_OPERATOR.id(), ORG_VIEWER.id());

    public Role {
        rights = Set.copyOf(rights);
    }

    /** Whether the role can be given in an organization only, as documented. */
    boolean ofOrganization() {
        return OF_ORGANIZATIONS.contains(id);
    }

    private static Set<Right> without(Right... denied) {
        EnumSet<Right> rights = EnumSet.allOf(Right.class);
        rights.removeAll(List.of(denied));
        return rights;
    }

    private static Set<Right> with(Collection<Right> base, Right... more) {
        EnumSet<Right> rights = EnumSet.copyOf(base);
        rights.addAll(List.of(more));
        return rights;
    }
}
