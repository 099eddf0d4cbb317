package io.drover.worker.permission;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.CentralRoles;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the principal may do in an IoT Central application, whose roles are its own. */
final class CentralPermissions {
    /** Ids of the built-in roles, the same in every application. */
    private static final String ADMINISTRATOR = "ca310b8d-2f4a-44e0-a36e-957c202cd8d4";

    private static final Set<String> ADMINISTRATORS = Set.of(ADMINISTRATOR);
    /** Those that may execute commands, run jobs and make devices. */
    private static final Set<String> OPERATORS =
            Set.of(ADMINISTRATOR, "344138e9-8de4-4497-8c54-5237e96d6aaf", "ae2c9854-393b-4f97-8c42-479d70ce626e");

    private final CentralClient central;
    private final String name;
    private final String objectId;
    private final String tokenName;

    /**
     * Checks of one application.
     *
     * @param objectId of the signed-in principal; null when it is not known
     * @param tokenName of the API token that is used instead; null for none
     */
    CentralPermissions(CentralClient central, String name, String objectId, String tokenName) {
        this.central = central;
        this.name = name;
        this.objectId = objectId;
        this.tokenName = tokenName;
    }

    /**
     * What a source must allow.
     *
     * @param jobs whether devices are commanded by jobs
     * @param credentials whether each device's are read
     * @param carries whether what devices own is read
     */
    Future<List<PermissionCheck>> ofSource(boolean jobs, boolean credentials, boolean carries) {
        List<PermissionCheck> found = new ArrayList<>();
        return CallProbe.attempt(RequiredCall.READ_DEVICE_GROUPS, name, central::groups)
                .onSuccess(found::add)
                .compose(groups -> model(found))
                .compose(model -> credentials ? credentials(found) : Future.succeededFuture())
                .compose(read -> byRole(RequiredCall.EXECUTE_COMMANDS, OPERATORS))
                .map(commands -> {
                    found.add(commands);
                    if (carries) {
                        found.add(new PermissionCheck(
                                RequiredCall.READ_CENTRAL_PROPERTIES, name, commands.verdict(), commands.detail()));
                    }
                    if (jobs) {
                        found.add(new PermissionCheck(
                                RequiredCall.RUN_JOBS, name, commands.verdict(), commands.detail()));
                    }
                    return List.copyOf(found);
                });
    }

    /**
     * What a target must allow.
     *
     * @param individuals whether devices may get enrollments of their own
     * @param carries whether what devices own is written
     */
    Future<List<PermissionCheck>> ofTarget(boolean individuals, boolean carries) {
        List<PermissionCheck> found = new ArrayList<>();
        return model(found)
                .compose(model -> byRole(RequiredCall.CREATE_CENTRAL_GROUPS, ADMINISTRATORS))
                .onSuccess(found::add)
                .compose(groups -> byRole(RequiredCall.CREATE_CENTRAL_DEVICES, OPERATORS))
                .onSuccess(found::add)
                .map(devices -> {
                    if (carries) {
                        found.add(new PermissionCheck(
                                RequiredCall.WRITE_CENTRAL_PROPERTIES, name, devices.verdict(), devices.detail()));
                    }
                    return devices;
                })
                .compose(devices -> individuals
                        ? byRole(RequiredCall.CREATE_CENTRAL_ATTESTATIONS, OPERATORS)
                                .onSuccess(found::add)
                        : Future.succeededFuture())
                .map(devices -> List.copyOf(found));
    }

    /** What an application must allow that devices leave on their way back. */
    Future<List<PermissionCheck>> ofReturnSource() {
        return templatesAnd(RequiredCall.EXECUTE_COMMANDS);
    }

    /** What an application must allow that devices come back to: those that were deleted meanwhile are made anew. */
    Future<List<PermissionCheck>> ofReturnTarget() {
        List<PermissionCheck> found = new ArrayList<>();
        return credentials(found)
                .compose(read -> templatesAnd(RequiredCall.CREATE_CENTRAL_DEVICES))
                .onSuccess(found::addAll)
                .map(done -> List.copyOf(found));
    }

    /** What an application must allow that cleanup looks at, or deletes from. */
    Future<List<PermissionCheck>> ofCleanup(boolean deletes) {
        return deletes
                ? templatesAnd(RequiredCall.DELETE_CENTRAL_DEVICES)
                : CallProbe.attempt(RequiredCall.READ_TEMPLATES, name, central::templates)
                        .map(List::of);
    }

    private Future<List<PermissionCheck>> templatesAnd(RequiredCall call) {
        return CallProbe.attempt(RequiredCall.READ_TEMPLATES, name, central::templates)
                .compose(read -> byRole(call, OPERATORS).map(byRole -> List.of(read, byRole)));
    }

    /** Tried on any device; an application without one has nothing to read. */
    private Future<Void> credentials(List<PermissionCheck> found) {
        return CallProbe.attempt(
                        RequiredCall.READ_CENTRAL_CREDENTIALS,
                        name,
                        () -> central.someDevice()
                                .compose(device -> device.map(central::credentials)
                                        .orElseGet(() -> Future.succeededFuture(Optional.empty()))))
                .onSuccess(found::add)
                .mapEmpty();
    }

    private Future<PermissionCheck> model(List<PermissionCheck> found) {
        return CallProbe.attempt(RequiredCall.READ_TEMPLATES, name, central::templates)
                .onSuccess(found::add)
                .compose(
                        templates -> CallProbe.attempt(RequiredCall.READ_CENTRAL_KEYS, name, central::enrollmentGroups))
                .onSuccess(found::add);
    }

    private Future<PermissionCheck> byRole(RequiredCall call, Set<String> granting) {
        if (tokenName == null && objectId == null) {
            return Future.succeededFuture(PermissionCheck.unknown(
                    call, name, "give entra.objectId, with which the principal's roles can be read"));
        }
        CentralRoles roles = central.roles();
        return (tokenName == null ? roles.ofPrincipal(objectId) : roles.ofToken(tokenName))
                .map(held -> {
                    if (held.stream().anyMatch(granting::contains)) {
                        return PermissionCheck.granted(call, name, "by a built-in role");
                    }
                    return PermissionCheck.unknown(
                            call,
                            name,
                            held.isEmpty()
                                    ? "no user of the application has the object id"
                                    : "the permissions of a custom role cannot be read");
                })
                .recover(cause -> cause instanceof AzureException refused && refused.status() > 0
                        ? Future.succeededFuture(PermissionCheck.unknown(call, name, refused.getMessage()))
                        : Future.failedFuture(cause));
    }
}
