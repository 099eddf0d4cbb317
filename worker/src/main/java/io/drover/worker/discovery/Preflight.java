package io.drover.worker.discovery;

import io.drover.worker.WorkerConfig;
import io.drover.worker.WorkerConfig.ApplicationDevices;
import io.drover.worker.WorkerConfig.HubDevices;
import io.drover.worker.WorkerConfig.TargetApplication;
import io.drover.worker.azure.AzureClients;
import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.arm.CentralApplication;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.CentralClient.DeviceGroup;
import io.drover.worker.azure.central.CentralClient.EnrollmentGroup;
import io.drover.worker.azure.central.DeviceTemplate;
import io.drover.worker.discovery.SourceOffer.SourceGroup;
import io.drover.worker.source.CentralSource;
import io.drover.worker.target.MigrationScope;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Checks all that a migration names before anything is written anywhere. Every failure is an {@link AzureException}
 * that says what is missing and what is there instead.
 */
public final class Preflight {
    private final Vertx vertx;
    private final AzureClients azure;
    private final WorkerConfig.Migration migration;
    private final SigningFiles signing;

    /** {@code signing} is what the files of {@code migration.credentials} hold. */
    public Preflight(Vertx vertx, AzureClients azure, WorkerConfig.Migration migration, SigningFiles signing) {
        this.vertx = vertx;
        this.azure = azure;
        this.migration = migration;
        this.signing = signing;
    }

    /** Reads only; completes with what the stages need. */
    public Future<MigrationScope> check() {
        return azure.arm().subscriptions(migration.subscription()).compose(this::check);
    }

    /** What does not depend on the other is asked for at the same time. */
    private Future<MigrationScope> check(List<String> subscriptions) {
        Future<TargetPreflight> target = target(subscriptions);
        Future<SourceOffer> source = source(subscriptions, target);
        return Future.all(target, source)
                .compose(both -> target.result()
                        .target(source.result(), signing, migration)
                        .map(there -> new MigrationScope(source.result().source(), there)));
    }

    private Future<TargetPreflight> target(List<String> subscriptions) {
        return migration.target() instanceof TargetApplication application
                ? ApplicationPreflight.of(
                        vertx, azure, subscriptions, application, migration.source(), migration.verification())
                : ProvisioningPreflight.of(
                        vertx, azure, subscriptions, migration.target().name());
    }

    private Future<SourceOffer> source(List<String> subscriptions, Future<TargetPreflight> target) {
        if (migration.source() instanceof HubDevices devices) {
            if (!migration.rollout().groups().isEmpty()) {
                return Future.failedFuture(new AzureException(
                        400,
                        "NoDeviceGroups",
                        "migration.rollout.waves names device group '"
                                + migration.rollout().groups().iterator().next()
                                + "', and an IoT hub has none. Use a file, a match or a number of devices."));
            }
            return target.compose(found ->
                    new HubPreflight(azure, devices, signing).offer(subscriptions, found.provisioningService()));
        }
        ApplicationDevices devices = (ApplicationDevices) migration.source();
        return azure.arm()
                .application(subscriptions, devices.application(), "migration.source.application")
                .compose(app -> offer(devices, app));
    }

    private Future<SourceOffer> offer(ApplicationDevices devices, CentralApplication application) {
        CentralClient central = azure.central(application.subdomain());
        Future<List<DeviceGroup>> groups = central.groups();
        Future<String> group = groups.compose(there -> selected(there, devices));
        Future<Map<String, String>> waveGroups = groups.compose(there -> waveGroups(there, devices.application()));
        Future<Map<String, DeviceTemplate>> templates = templates(devices, central);
        Future<List<SourceGroup>> enrollments = enrollmentGroups(application, central);
        return Future.all(group, waveGroups, templates, enrollments)
                .map(all -> new SourceOffer(
                        new CentralSource(
                                application,
                                central,
                                group.result(),
                                devices.choice(),
                                waveGroups.result(),
                                templates.result()),
                        application.subdomain(),
                        enrollments.result()));
    }

    /** Null for every device of the application. */
    private static Future<String> selected(List<DeviceGroup> groups, ApplicationDevices devices) {
        return devices.deviceGroup() == null
                ? Future.succeededFuture()
                : group(groups, devices.application(), devices.deviceGroup(), "migration.source.deviceGroup");
    }

    private Future<Map<String, String>> waveGroups(List<DeviceGroup> groups, String application) {
        Future<Map<String, String>> all = Future.succeededFuture(new HashMap<>());
        for (String asked : migration.rollout().groups()) {
            all = all.compose(found -> group(groups, application, asked, "migration.rollout.waves")
                    .map(id -> {
                        found.put(asked, id);
                        return found;
                    }));
        }
        return all;
    }

    private static Future<String> group(List<DeviceGroup> groups, String application, String asked, String key) {
        return groups.stream()
                .filter(group -> group.id().equals(asked) || asked.equals(group.displayName()))
                .findFirst()
                .map(group -> Future.succeededFuture(group.id()))
                .orElseGet(() -> Future.failedFuture(new AzureException(
                        404,
                        "UnknownDeviceGroup",
                        "Application '" + application + "' has no device group '" + asked + "'; it has: "
                                + groups.stream().map(DeviceGroup::id).collect(Collectors.joining(", "))
                                + ". Check " + key + ".")));
    }

    private Future<Map<String, DeviceTemplate>> templates(ApplicationDevices devices, CentralClient central) {
        String asked = devices.deviceTemplate();
        return central.templates().compose(all -> {
            Map<String, DeviceTemplate> wanted = new HashMap<>();
            all.stream()
                    .filter(template -> asked == null || asked.equals(template.id()))
                    .forEach(template -> wanted.put(template.id(), template));
            String names = all.stream().map(DeviceTemplate::id).sorted().collect(Collectors.joining(", "));
            if (wanted.isEmpty()) {
                return Future.failedFuture(new AzureException(
                        404,
                        "UnknownTemplate",
                        "There is no device template '" + (asked == null ? "(any)" : asked)
                                + "' in the application; it has: " + names
                                + ". Check migration.source.deviceTemplate."));
            }
            if (wanted.values().stream().noneMatch(DeviceTemplate::movable)) {
                return Future.failedFuture(new AzureException(
                        409,
                        "NoDeviceMove",
                        "No command DeviceMove in " + String.join(", ", wanted.keySet())
                                + ". Add the component 'migration' with the command DeviceMove to the template and publish"
                                + " it, then run again."));
            }
            return Future.succeededFuture(wanted);
        });
    }

    /** Those that are enabled: keys in clear, certificates whole. Through a disabled one no device comes. */
    private Future<List<SourceGroup>> enrollmentGroups(CentralApplication application, CentralClient central) {
        return central.enrollmentGroups().compose(groups -> {
            Future<List<SourceGroup>> all = Future.succeededFuture(new ArrayList<>());
            for (EnrollmentGroup group : groups) {
                if (group.enabled() && group.keys() != null) {
                    all = all.onSuccess(found -> found.add(new SourceGroup(group.id(), group.keys())));
                } else if (group.enabled() && group.certificates() && !signing.ignores(group.id())) {
                    all = all.compose(found -> signed(application, central, group.id(), found));
                }
            }
            return all.compose(found -> found.isEmpty() && !signing.readsDevices()
                    ? Future.failedFuture(new AzureException(
                            409,
                            "NoEnrollmentGroup",
                            "Application '" + application.subdomain()
                                    + "' has no enabled enrollment group, so the target cannot be made to accept its devices."
                                    + " Enable one in IoT Central, or write migration.credentials.check: all."))
                    : Future.succeededFuture(found));
        });
    }

    /** A group without a verified certificate lets nobody in. */
    private Future<List<SourceGroup>> signed(
            CentralApplication application, CentralClient central, String group, List<SourceGroup> found) {
        return central.certificates(group)
                .verified()
                .compose(shown -> shown.isEmpty()
                        ? Future.succeededFuture(found)
                        : signing.whole(application.subdomain(), group, shown.get())
                                .map(whole -> {
                                    found.add(new SourceGroup(group, whole, false));
                                    return found;
                                }));
    }
}
