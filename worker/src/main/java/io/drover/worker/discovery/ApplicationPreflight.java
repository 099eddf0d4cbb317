package io.drover.worker.discovery;

import io.drover.worker.WorkerConfig;
import io.drover.worker.WorkerConfig.ApplicationDevices;
import io.drover.worker.WorkerConfig.Source;
import io.drover.worker.WorkerConfig.TargetApplication;
import io.drover.worker.azure.AzureClients;
import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.arm.CentralApplication;
import io.drover.worker.azure.arm.ProvisioningResource;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.DeviceTemplate;
import io.drover.worker.device.Verification;
import io.drover.worker.discovery.SourceOffer.SourceGroup;
import io.drover.worker.target.ApplicationAuthorities;
import io.drover.worker.target.ApplicationEnrollments;
import io.drover.worker.target.ApplicationTarget;
import io.drover.worker.target.CertificateProof;
import io.drover.worker.target.MigrationTarget;
import io.drover.worker.target.TargetEnrollment;
import io.drover.worker.target.TemplateMap;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks a target that is an IoT Central application. Reads only. */
final class ApplicationPreflight implements TargetPreflight {
    private static final Logger LOG = LoggerFactory.getLogger(ApplicationPreflight.class);

    private final Vertx vertx;
    private final CentralApplication application;
    private final CentralClient central;
    private final String deviceTemplate;
    private final Verification verification;

    private ApplicationPreflight(
            Vertx vertx,
            CentralApplication application,
            CentralClient central,
            String deviceTemplate,
            Verification verification) {
        this.vertx = vertx;
        this.application = application;
        this.central = central;
        this.deviceTemplate = deviceTemplate;
        this.verification = verification;
    }

    /** Finds the application, which must be another one than the source. */
    static Future<TargetPreflight> of(
            Vertx vertx,
            AzureClients azure,
            List<String> subscriptions,
            TargetApplication target,
            Source source,
            Verification verification) {
        if (source instanceof ApplicationDevices devices
                && devices.application().equalsIgnoreCase(target.name())) {
            return refused(
                    "SameApplication",
                    "Source and target are the same IoT Central application '" + target.name()
                            + "'. Name another migration.target.application.");
        }
        return azure.arm()
                .application(subscriptions, target.name(), "migration.target.application")
                .compose(application -> application.isUsable()
                        ? Future.succeededFuture(new ApplicationPreflight(
                                vertx,
                                application,
                                azure.central(application.subdomain()),
                                target.deviceTemplate(),
                                verification))
                        : refused(
                                "ApplicationNotUsable",
                                "IoT Central application '" + application.subdomain() + "' is " + application.state()
                                        + ". Name one that is in use, or bring it back."));
    }

    @Override
    public Optional<ProvisioningResource> provisioningService() {
        return Optional.empty();
    }

    @Override
    public Future<MigrationTarget> target(SourceOffer offer, SigningFiles signing, WorkerConfig.Migration migration) {
        ApplicationAuthorities authorities = new ApplicationAuthorities(
                vertx,
                central,
                signing.authorities(),
                new CertificateProof.Timing(
                        migration.credentials().proofDeadline(), ProvisioningPreflight.PROOF_INTERVAL));
        ApplicationEnrollments groups = new ApplicationEnrollments(central, offer.name(), authorities);
        return templates(offer.source().templates())
                .compose(templates -> enrollments(groups, offer.groups())
                        .compose(enrollments -> idScope()
                                .map(scope -> new ApplicationTarget(
                                        application,
                                        central,
                                        templates,
                                        groups,
                                        enrollments,
                                        offer.source()::displayName,
                                        scope.orElse(null),
                                        notes(templates, offer, scope, authorities, enrollments)))));
    }

    /** Nothing is made to find it out: an application without a device tells it when the first one is admitted. */
    private Future<Optional<String>> idScope() {
        return ApplicationTarget.readIdScope(central)
                .map(Optional::of)
                .recover(cause -> cause instanceof AzureException refused && "NoDevice".equals(refused.code())
                        ? Future.succeededFuture(Optional.empty())
                        : Future.failedFuture(cause));
    }

    private Future<TemplateMap> templates(Set<String> ofSource) {
        Set<String> wanted = deviceTemplate == null ? ofSource : Set.of(deviceTemplate);
        return central.templates().compose(all -> {
            Map<String, DeviceTemplate> byId = new HashMap<>();
            all.forEach(template -> byId.put(template.id(), template));
            for (String id : wanted) {
                DeviceTemplate template = byId.get(id);
                if (template == null) {
                    return unknown(id, byId.keySet());
                }
                if (template.telemetry().isEmpty() && verification.readsTelemetry()) {
                    return refused(
                            "NoTelemetry",
                            "Device template '" + id + "' of " + central.host()
                                    + " declares no telemetry, so none can prove an arrival. Set migration.verification to"
                                    + " connected or assigned, or name another migration.target.deviceTemplate.");
                }
            }
            return Future.succeededFuture(new TemplateMap(byId, deviceTemplate));
        });
    }

    private Future<TemplateMap> unknown(String id, Set<String> there) {
        return Future.failedFuture(new AzureException(
                404,
                "UnknownTemplate",
                central.host() + " has no device template '" + id + "'; it has: "
                        + String.join(", ", there.stream().sorted().toList())
                        + (deviceTemplate == null
                                ? ". Publish the source's template there under the same id, or name one in"
                                        + " migration.target.deviceTemplate."
                                : ". Check migration.target.deviceTemplate.")));
    }

    private Future<List<TargetEnrollment>> enrollments(ApplicationEnrollments groups, List<SourceGroup> offered) {
        return central.enrollmentGroups().compose(there -> {
            Future<List<TargetEnrollment>> all = Future.succeededFuture(new ArrayList<>());
            for (SourceGroup group : offered) {
                all = all.compose(found -> (group.keys() == null
                                ? groups.counterpart(there, group.id(), group.signing())
                                : groups.counterpart(there, group.id(), group.keys()))
                        .map(enrollment -> {
                            found.add(enrollment);
                            return found;
                        }));
            }
            return all;
        });
    }

    private List<String> notes(
            TemplateMap templates,
            SourceOffer offer,
            Optional<String> idScope,
            ApplicationAuthorities authorities,
            List<TargetEnrollment> enrollments) {
        List<String> notes = new ArrayList<>();
        enrollments.forEach(enrollment -> notes.addAll(authorities.waits(enrollment)));
        if (idScope.isEmpty()) {
            notes.add(central.host() + " has no device yet, and only a device's credentials tell its ID scope: apply"
                    + " reads it from the first device that it makes there.");
        }
        (deviceTemplate == null ? offer.source().templates() : Set.of(deviceTemplate))
                .stream()
                        .sorted()
                        .map(templates.all()::get)
                        .filter(template -> !template.movable())
                        .forEach(template -> notes.add("Device template " + template.id() + " of " + central.host()
                                + " has no command DeviceMove: devices that get it cannot be told to move back."));
        notes.forEach(LOG::warn);
        return notes;
    }

    private static <T> Future<T> refused(String code, String message) {
        return Future.failedFuture(new AzureException(409, code, message));
    }
}
