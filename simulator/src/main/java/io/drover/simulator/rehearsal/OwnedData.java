package io.drover.simulator.rehearsal;

import io.drover.simulator.fleet.Defect;
import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.Seeded;
import io.drover.simulator.fleet.TemplateKind;
import io.drover.simulator.rehearsal.AzureRest.Call;
import io.drover.simulator.rehearsal.AzureRest.Service;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the devices of a scenario with twins own at the source, drawn from the seed: a display name, for some an organization, desired
 * (writable) properties, one of them of a component, tags of a hub or cloud properties of an application. The target knows the
 * organization, and the site under another name. Methods block.
 */
final class OwnedData {
    /** The organization that one device in three belongs to. */
    static final String ORGANIZATION = "north";

    private static final int PURPOSE = 11;
    private static final int ORGANIZED_IN = 3;
    private static final int IDENTITIES_AT_ONCE = 100;
    private static final List<String> SITES = List.of("berlin", "lyon", "turin", "gdansk");

    private final Site site;
    private final Site target;
    private final Scenario scenario;
    private final AzureRest rest;

    OwnedData(Direction direction, Scenario scenario, AzureRest rest) {
        this.site = direction.source();
        this.target = direction.target();
        this.scenario = scenario;
        this.rest = rest;
    }

    /** Gives the devices what they own, before the fleet starts; a hub gets their identities by it. */
    void give() {
        if (target.isCentral()) {
            organize(target);
        }
        if (!site.isCentral()) {
            List<JsonObject> identities = devices()
                    .filter(index -> scenario.groupOf(index).defect() != Defect.REFUSED_ID)
                    .mapToObj(index -> new JsonObject()
                            .put("id", scenario.deviceId(index))
                            .put("importMode", "create")
                            .put("status", "enabled")
                            .put("tags", named(index))
                            .put("properties", new JsonObject().put("desired", desired(index))))
                    .toList();
            rest.all(SiteEnrollments.bulk(identities, IDENTITIES_AT_ONCE).stream()
                    .map(items -> new Call(HttpMethod.POST, Service.HUB, site.hub(), "/devices", items))
                    .toList());
            return;
        }
        organize(site);
        rest.all(devices().mapToObj(index -> patch(index, "", about(index))).toList());
        rest.all(devices()
                .filter(index -> scenario.groupOf(index).template() != TemplateKind.NONE)
                .mapToObj(index -> patch(index, "/properties", properties(index)))
                .toList());
    }

    private void organize(Site application) {
        rest.call(new Call(
                HttpMethod.PUT,
                Service.CENTRAL,
                application.application(),
                "/api/organizations/" + ORGANIZATION,
                new JsonObject().put("displayName", "North")));
    }

    /** The marker of a component is the twin's, not the application's. */
    private JsonObject properties(int index) {
        JsonObject properties = desired(index).mergeIn(tags(index));
        properties.getJsonObject(RehearsalTemplates.COOLER).remove("__t");
        return properties;
    }

    private Call patch(int index, String below, JsonObject body) {
        return new Call(
                HttpMethod.PATCH,
                Service.CENTRAL,
                site.application(),
                "/api/devices/" + AzureRest.encoded(scenario.deviceId(index)) + below,
                body);
    }

    private JsonObject about(int index) {
        JsonObject about = new JsonObject().put("displayName", displayName(index));
        return isOrganized(index) ? about.put("organizations", new JsonArray().add(ORGANIZATION)) : about;
    }

    /** A hub has no names of its own, so they are tags there. */
    private JsonObject named(int index) {
        JsonObject named = tags(index).put("displayName", displayName(index));
        return isOrganized(index) ? named.put("organization", ORGANIZATION) : named;
    }

    private String displayName(int index) {
        return "Truck " + index + " of " + customer(index);
    }

    private boolean isOrganized(int index) {
        return drawn(index, 0, ORGANIZED_IN) == 0;
    }

    private JsonObject desired(int index) {
        return new JsonObject()
                .put(RehearsalTemplates.INTERVAL, 10 + drawn(index, 1, 50))
                .put(RehearsalTemplates.THRESHOLD, 60.5 + drawn(index, 2, 30))
                .put(
                        RehearsalTemplates.COOLER,
                        new JsonObject().put("__t", "c").put(RehearsalTemplates.LIMIT, 2.5 + drawn(index, 5, 8)));
    }

    private JsonObject tags(int index) {
        return new JsonObject()
                .put(RehearsalTemplates.CUSTOMER, customer(index))
                .put(RehearsalTemplates.SITE, SITES.get(drawn(index, 3, SITES.size())));
    }

    private String customer(int index) {
        return "customer-" + drawn(index, 4, 20);
    }

    private int drawn(int index, int what, int bound) {
        return (int) Long.remainderUnsigned(Seeded.bits(scenario.seed(), index, PURPOSE + what), bound);
    }

    private IntStream devices() {
        return IntStream.range(0, scenario.devices());
    }
}
