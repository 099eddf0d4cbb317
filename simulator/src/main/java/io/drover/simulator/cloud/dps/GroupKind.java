package io.drover.simulator.cloud.dps;

import io.vertx.core.json.JsonObject;
import java.util.List;

/** Enrollment groups at the service API. */
record GroupKind(EnrollmentReader reader) implements EnrollmentResource.Kind<EnrollmentGroup> {
    @Override
    public String collection() {
        return "enrollmentGroups";
    }

    @Override
    public String idProperty() {
        return "enrollmentGroupId";
    }

    @Override
    public String itemType() {
        return "enrollmentGroup";
    }

    @Override
    public Enrollments<EnrollmentGroup> in(ProvisioningService service) {
        return service.groups();
    }

    @Override
    public EnrollmentGroup read(String id, JsonObject json, EnrollmentGroup before, List<String> linkedHubs) {
        return reader.group(id, json, before, linkedHubs);
    }

    @Override
    public EnrollmentGroup put(ProvisioningService service, EnrollmentGroup group, String ifMatch) {
        return service.put(group, ifMatch);
    }

    @Override
    public void delete(ProvisioningService service, String id, String ifMatch) {
        service.delete(id, ifMatch);
    }

    @Override
    public JsonObject shown(ProvisioningService service, EnrollmentGroup group) {
        return EnrollmentJson.masked(group);
    }
}
