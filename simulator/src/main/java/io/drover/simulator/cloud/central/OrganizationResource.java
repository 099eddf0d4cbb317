package io.drover.simulator.cloud.central;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.Map;
import java.util.regex.Pattern;

/** {@code /api/organizations}: the hierarchy that devices, device groups, users and tokens may belong to. */
final class OrganizationResource {
    private static final Pattern ID = Pattern.compile("(?!-)[a-z0-9-]{1,48}[a-z0-9]");
    private static final int MAX_ORGANIZATIONS = 200;
    private static final int MAX_LEVELS = 5;

    void mount(Router router, CentralApi api) {
        String path = "/api/organizations";
        router.get(path).handler(api.with(Right.ORGANIZATIONS_VIEW, OrganizationResource::list));
        router.get(path + "/:id")
                .handler(api.with(Right.ORGANIZATIONS_VIEW, request -> request.answer(200, shown(require(request)))));
        router.put(path + "/:id").handler(api.with(Right.ORGANIZATIONS_MANAGE, OrganizationResource::put));
        router.patch(path + "/:id").handler(api.with(Right.ORGANIZATIONS_MANAGE, OrganizationResource::patch));
        router.delete(path + "/:id").handler(api.with(Right.ORGANIZATIONS_MANAGE, OrganizationResource::delete));
    }

    /**
     * The one organization a body puts something into; null for none.
     *
     * @throws CentralException when there are several, or one that does not exist or that the caller does not see
     */
    static String named(CentralRequest request, JsonObject body) {
        JsonArray organizations = body.getJsonArray("organizations");
        if (organizations == null || organizations.isEmpty()) {
            return null;
        }
        if (organizations.size() > 1) {
            throw CentralException.unprocessable("Only one organization is supported.");
        }
        String id = organizations.getString(0);
        if (!request.app().members().organizations().containsKey(id) || !request.sees(id)) {
            throw CentralException.unprocessable("There is no organization '" + id + "'.");
        }
        return id;
    }

    private static Organization require(CentralRequest request) {
        String id = request.parameter("id");
        Organization found = request.app().members().organizations().get(id);
        if (found == null || !request.sees(id)) {
            throw CentralException.notFound("organization", id);
        }
        return found;
    }

    private static void list(CentralRequest request) {
        request.answerPage(
                Page.of(
                        request.app().members().organizations(),
                        request.pageAfter(),
                        organization -> request.sees(organization.id())),
                OrganizationResource::shown);
    }

    private static void put(CentralRequest request) {
        String id = request.identifier("id", ID);
        JsonObject body = request.body();
        if (body.getString("displayName") == null) {
            throw CentralException.invalidBody("displayName is required.");
        }
        Map<String, Organization> all = request.app().members().organizations();
        if (!all.containsKey(id) && all.size() >= MAX_ORGANIZATIONS) {
            throw CentralException.unprocessable("There are " + MAX_ORGANIZATIONS + " organizations already.");
        }
        store(request, new Organization(id, body.getString("displayName"), body.getString("parent")));
    }

    private static void patch(CentralRequest request) {
        Organization before = require(request);
        JsonObject body = request.body();
        store(
                request,
                new Organization(
                        before.id(),
                        body.getString("displayName", before.displayName()),
                        body.getString("parent", before.parent())));
    }

    private static void store(CentralRequest request, Organization organization) {
        Membership members = request.app().members();
        String parent = organization.parent();
        if (parent != null && !members.organizations().containsKey(parent)) {
            throw CentralException.unprocessable("There is no organization '" + parent + "'.");
        }
        if (parent != null && members.isWithin(parent, organization.id())) {
            throw CentralException.unprocessable("An organization cannot be below itself.");
        }
        int levels = 1;
        for (String at = parent;
                at != null;
                at = members.organizations().get(at).parent()) {
            levels++;
        }
        if (levels > MAX_LEVELS) {
            throw CentralException.unprocessable("Organizations can have " + MAX_LEVELS + " levels.");
        }
        members.organizations().put(organization.id(), organization);
        request.answer(200, shown(organization));
    }

    private static void delete(CentralRequest request) {
        String id = require(request).id();
        Membership members = request.app().members();
        boolean parent = members.organizations().values().stream().anyMatch(other -> id.equals(other.parent()));
        boolean used = parent
                || request.app().devices().anyMatch(device -> id.equals(device.organization()))
                || members.users().values().stream()
                        .flatMap(user -> user.roles().stream())
                        .anyMatch(role -> id.equals(role.organization()));
        if (used) {
            throw CentralException.conflict("The organization '" + id + "' still has devices, users or organizations.");
        }
        members.organizations().remove(id);
        request.answerEmpty();
    }

    private static JsonObject shown(Organization organization) {
        JsonObject json = new JsonObject().put("id", organization.id()).put("displayName", organization.displayName());
        return organization.parent() == null ? json : json.put("parent", organization.parent());
    }
}
