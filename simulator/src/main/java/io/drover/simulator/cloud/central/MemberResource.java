package io.drover.simulator.cloud.central;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * {@code /api/roles}, {@code /api/users} and {@code /api/apiTokens}. Nobody can give a role that allows more than the giver's own,
 * as documented for custom roles.
 */
final class MemberResource {
    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9_-]{1,48}");
    private static final int MAX_ASSIGNMENTS = 200;

    void mount(Router router, CentralApi api) {
        router.get("/api/roles").handler(api.with(Right.ROLES_VIEW, MemberResource::listRoles));
        router.get("/api/roles/:id").handler(api.with(Right.ROLES_VIEW, MemberResource::role));
        router.get("/api/users").handler(api.with(Right.USERS_VIEW, MemberResource::listUsers));
        router.get("/api/users/:id")
                .handler(api.with(Right.USERS_VIEW, request -> request.answer(200, shown(requireUser(request)))));
        router.put("/api/users/:id").handler(api.with(Right.USERS_MANAGE, MemberResource::putUser));
        router.patch("/api/users/:id").handler(api.with(Right.USERS_MANAGE, MemberResource::patchUser));
        router.delete("/api/users/:id").handler(api.with(Right.USERS_MANAGE, MemberResource::deleteUser));
        router.get("/api/apiTokens").handler(api.with(Right.TOKENS_VIEW, MemberResource::listTokens));
        router.get("/api/apiTokens/:id")
                .handler(api.with(Right.TOKENS_VIEW, request -> request.answer(200, shown(requireToken(request)))));
        router.put("/api/apiTokens/:id").handler(api.with(Right.TOKENS_MANAGE, MemberResource::putToken));
        router.delete("/api/apiTokens/:id").handler(api.with(Right.TOKENS_MANAGE, MemberResource::deleteToken));
    }

    private static void listRoles(CentralRequest request) {
        request.answerPage(
                Page.of(request.app().members().roles(), request.pageAfter(), role -> true), MemberResource::shown);
    }

    private static void role(CentralRequest request) {
        String id = request.parameter("id");
        Role role = request.app().members().roles().get(id);
        if (role == null) {
            throw CentralException.notFound("role", id);
        }
        request.answer(200, shown(role));
    }

    private static void listUsers(CentralRequest request) {
        request.answerPage(
                Page.of(request.app().members().users(), request.pageAfter(), user -> visible(request, user.roles())),
                MemberResource::shown);
    }

    private static CentralUser requireUser(CentralRequest request) {
        String id = request.parameter("id");
        CentralUser user = request.app().members().users().get(id);
        if (user == null || !visible(request, user.roles())) {
            throw CentralException.notFound("user", id);
        }
        return user;
    }

    private static void putUser(CentralRequest request) {
        String id = request.identifier("id", ID);
        JsonObject body = request.body();
        CentralUser.Type type = type(body.getString("type"));
        boolean byEmail = type == CentralUser.Type.EMAIL;
        CentralUser user = new CentralUser(
                id,
                type,
                byEmail ? text(body, "email") : null,
                byEmail ? null : text(body, "tenantId"),
                byEmail ? null : text(body, "objectId"),
                assignments(request, body));
        Map<String, CentralUser> users = request.app().members().users();
        CentralUser before = users.get(id);
        if (before != null && !visible(request, before.roles())) {
            throw CentralException.conflict("There is a user '" + id + "' already.");
        }
        boolean taken = users.values().stream().anyMatch(other -> !other.id().equals(id) && samePerson(other, user));
        if (taken) {
            throw CentralException.conflict("Another user of the application is the same person or principal.");
        }
        if (before == null && users.size() >= MAX_ASSIGNMENTS) {
            throw CentralException.unprocessable("There are " + MAX_ASSIGNMENTS + " role assignments already.");
        }
        users.put(id, user);
        request.answer(200, shown(user));
    }

    private static void patchUser(CentralRequest request) {
        CentralUser before = requireUser(request);
        JsonObject body = request.body();
        CentralUser user = new CentralUser(
                before.id(),
                before.type(),
                before.email(),
                before.tenantId(),
                before.objectId(),
                body.containsKey("roles") ? assignments(request, body) : before.roles());
        request.app().members().users().put(user.id(), user);
        request.answer(200, shown(user));
    }

    private static void deleteUser(CentralRequest request) {
        request.app().members().users().remove(requireUser(request).id());
        request.answerEmpty();
    }

    private static void listTokens(CentralRequest request) {
        request.answerPage(
                Page.of(
                        request.app().members().tokens(),
                        request.pageAfter(),
                        token -> visible(request, token.roles())),
                MemberResource::shown);
    }

    private static ApiToken requireToken(CentralRequest request) {
        String id = request.parameter("id");
        ApiToken token = request.app().members().tokens().get(id);
        if (token == null || !visible(request, token.roles())) {
            throw CentralException.notFound("API token", id);
        }
        return token;
    }

    /** The answer is the only one that ever shows the token's value. */
    private static void putToken(CentralRequest request) {
        String id = request.identifier("id", ID);
        Membership members = request.app().members();
        if (members.tokens().size() >= MAX_ASSIGNMENTS) {
            throw CentralException.unprocessable("There are " + MAX_ASSIGNMENTS + " API tokens already.");
        }
        Membership.IssuedToken issued = members.issue(id, assignments(request, request.body()))
                .orElseThrow(() -> CentralException.conflict("There is an API token '" + id + "' already."));
        request.answer(200, shown(issued.token()).put("token", issued.value()));
    }

    private static void deleteToken(CentralRequest request) {
        request.app().members().tokens().remove(requireToken(request).id());
        request.answerEmpty();
    }

    private static boolean visible(CentralRequest request, List<RoleAssignment> assignments) {
        return assignments.stream().allMatch(assignment -> request.sees(assignment.organization()));
    }

    private static boolean samePerson(CentralUser one, CentralUser other) {
        return one.type() == other.type()
                && (one.type() == CentralUser.Type.EMAIL
                        ? one.email().equalsIgnoreCase(other.email())
                        : one.objectId().equals(other.objectId()));
    }

    private static List<RoleAssignment> assignments(CentralRequest request, JsonObject body) {
        JsonArray given = body.getJsonArray("roles");
        if (given == null || given.isEmpty()) {
            throw CentralException.invalidBody("roles is required and must name at least one role.");
        }
        List<RoleAssignment> assignments = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            JsonObject one = given.getJsonObject(i);
            assignments.add(assignment(request, text(one, "role"), one.getString("organization")));
        }
        return assignments;
    }

    private static RoleAssignment assignment(CentralRequest request, String roleId, String organization) {
        Membership members = request.app().members();
        Role role = members.roles().get(roleId);
        if (role == null) {
            throw CentralException.unprocessable("There is no role '" + roleId + "'.");
        }
        if (organization == null
                ? role.ofOrganization()
                : !members.organizations().containsKey(organization)) {
            throw CentralException.unprocessable(
                    organization == null
                            ? "The role '" + role.displayName() + "' is given in an organization."
                            : "There is no organization '" + organization + "'.");
        }
        Set<Right> more = EnumSet.noneOf(Right.class);
        more.addAll(role.rights());
        more.removeAll(request.caller().rights());
        if (!more.isEmpty() || !request.sees(organization)) {
            throw new CentralException(
                    403, "Forbidden", "The role '" + role.displayName() + "' allows more than your own roles do.");
        }
        return new RoleAssignment(roleId, organization);
    }

    private static CentralUser.Type type(String wireName) {
        for (CentralUser.Type type : CentralUser.Type.values()) {
            if (type.wireName().equals(wireName)) {
                return type;
            }
        }
        throw CentralException.invalidBody("type must be email, servicePrincipal or adGroup.");
    }

    private static String text(JsonObject json, String name) {
        Object value = json.getValue(name);
        if (value instanceof String text && !text.isBlank()) {
            return text;
        }
        throw CentralException.invalidBody(name + " is required and must be a text.");
    }

    private static JsonObject shown(Role role) {
        return new JsonObject().put("id", role.id()).put("displayName", role.displayName());
    }

    private static JsonObject shown(CentralUser user) {
        JsonObject json = new JsonObject()
                .put("id", user.id())
                .put("type", user.type().wireName())
                .put("roles", shown(user.roles()));
        return user.type() == CentralUser.Type.EMAIL
                ? json.put("email", user.email())
                : json.put("tenantId", user.tenantId()).put("objectId", user.objectId());
    }

    private static JsonObject shown(ApiToken token) {
        return new JsonObject()
                .put("id", token.id())
                .put("roles", shown(token.roles()))
                .put("expiry", token.expiry().toString());
    }

    private static JsonArray shown(List<RoleAssignment> assignments) {
        JsonArray json = new JsonArray();
        for (RoleAssignment assignment : assignments) {
            JsonObject one = new JsonObject().put("role", assignment.role());
            json.add(assignment.organization() == null ? one : one.put("organization", assignment.organization()));
        }
        return json;
    }
}
