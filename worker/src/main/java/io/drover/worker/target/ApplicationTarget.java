package io.drover.worker.target;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.arm.CentralApplication;
import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.azure.quota.Quotas;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.FailureReason;
import io.drover.worker.owned.ApplicationProperties;
import io.drover.worker.owned.OwnedData;
import io.drover.worker.owned.OwnedPlace;
import io.drover.worker.source.MoveTarget;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** An IoT Central application: devices are made there beforehand, register through its own service and show telemetry by REST. */
public final class ApplicationTarget implements MigrationTarget {
    private final CentralApplication application;
    private final CentralClient central;
    private final TemplateMap templates;
    private final ApplicationEnrollments groups;
    private final List<TargetEnrollment> enrollments;
    private final ApplicationAdmission admission;
    private final ApplicationLook look;
    private final List<String> notes;
    private volatile Future<String> idScope;

    /**
     * An application that preflight has checked.
     *
     * @param displayNames what people call a device at the source, by its id
     * @param idScope null while the application has no device that could tell it
     */
    public ApplicationTarget(
            CentralApplication application,
            CentralClient central,
            TemplateMap templates,
            ApplicationEnrollments groups,
            List<TargetEnrollment> enrollments,
            Function<String, Future<String>> displayNames,
            String idScope,
            List<String> notes) {
        this.application = application;
        this.central = central;
        this.templates = templates;
        this.groups = groups;
        this.enrollments = List.copyOf(enrollments);
        this.admission = new ApplicationAdmission(central, templates, displayNames);
        this.look = new ApplicationLook(central, templates);
        this.notes = List.copyOf(notes);
        this.idScope = idScope == null ? null : Future.succeededFuture(idScope);
    }

    @Override
    public String name() {
        return application.subdomain();
    }

    @Override
    public Future<MoveTarget> moveTarget() {
        return idScope()
                .map(scope ->
                        MoveTarget.application(scope, application.name(), application.subdomain(), templates.chosen()));
    }

    /** Asked for once, however many devices wait for it; after a failure the next one asks again. */
    private Future<String> idScope() {
        Future<String> known = idScope;
        if (known == null || known.failed()) {
            known = readIdScope(central);
            idScope = known;
        }
        return known;
    }

    /** The id scope out of the credentials of any device; fails when there is none yet. Reads only. */
    public static Future<String> readIdScope(CentralClient central) {
        return central.someDevice()
                .compose(device -> device.map(central::idScope)
                        .orElseGet(() -> Future.failedFuture(new AzureException(
                                404,
                                "NoDevice",
                                central.host() + " has no device yet whose credentials tell its ID scope."))));
    }

    @Override
    public List<ArrivalLimit> arrivalLimits(Quotas quotas) {
        AzureLimit limit = AzureLimit.CENTRAL_REGISTRATIONS;
        return List.of(new ArrivalLimit(limit, central.host(), quotas.perSecond(limit, central.host())));
    }

    @Override
    public List<TargetEnrollment> enrollments() {
        return enrollments;
    }

    @Override
    public Future<Void> ensureEnrollments() {
        Future<Void> all = Future.succeededFuture();
        for (TargetEnrollment enrollment : enrollments) {
            all = all.compose(done -> groups.ensure(enrollment));
        }
        return all;
    }

    @Override
    public boolean admitsEach() {
        return true;
    }

    @Override
    public Future<Set<String>> provisioned(List<DeviceRow> devices) {
        return admission.provisioned(devices);
    }

    @Override
    public Future<Map<String, FailureReason>> admit(List<DeviceRow> devices) {
        return admission.admit(devices);
    }

    @Override
    public Future<Map<String, FailureReason>> enroll(
            Map<String, DeviceAttestation> devices, Map<String, OwnedData> owned) {
        return new ApplicationAttestations(central).ensure(devices);
    }

    @Override
    public Future<Map<String, FailureReason>> conflicts(Map<String, DeviceAttestation> devices) {
        return new ApplicationAttestations(central).conflicts(devices);
    }

    @Override
    public List<String> notes() {
        return notes;
    }

    @Override
    public Optional<OwnedPlace> owned(DeviceRow device) {
        return Optional.of(new ApplicationProperties(central, templates.all()));
    }

    @Override
    public Optional<String> refuses(String sourceTemplate, String path) {
        SortedMap<String, Object> there = new TreeMap<>();
        templates.of(sourceTemplate).ifPresent(template -> there.put("template", template));
        return new ApplicationProperties(central, templates.all()).refuses(new OwnedData(there), path);
    }

    @Override
    public List<HubResource> hubs() {
        return List.of();
    }

    @Override
    public Future<Void> look(TargetView view) {
        return look.look(view);
    }
}
