package io.drover.simulator.cloud.dps;

import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.util.List;

/** Individual enrollments at the service API. */
record IndividualKind(EnrollmentReader reader, Clock clock) implements EnrollmentResource.Kind<IndividualEnrollment> {
    @Override
    public String collection() {
        return "enrollments";
    }

    @Override
    public String idProperty() {
        return "registrationId";
    }

    @Override
    public String itemType() {
        return "enrollment";
    }

    @Override
    public Enrollments<IndividualEnrollment> in(ProvisioningService service) {
        return service.individuals();
    }

    @Override
    public IndividualEnrollment read(String id, JsonObject json, IndividualEnrollment before, List<String> linkedHubs) {
        return reader.individual(id, json, before, linkedHubs);
    }

    @Override
    public IndividualEnrollment put(ProvisioningService service, IndividualEnrollment enrollment, String ifMatch) {
        return service.putIndividual(enrollment, ifMatch);
    }

    @Override
    public void delete(ProvisioningService service, String id, String ifMatch) {
        service.deleteIndividual(id, ifMatch);
    }

    /** With the registration's state, which a query leaves out. */
    @Override
    public JsonObject shown(ProvisioningService service, IndividualEnrollment enrollment) {
        JsonObject json = EnrollmentJson.masked(enrollment);
        service.registration(enrollment.id())
                .filter(registration -> registration.groupId() == null)
                .ifPresent(registration ->
                        json.put("registrationState", RegistrationJson.state(registration, clock.instant())));
        return json;
    }
}
