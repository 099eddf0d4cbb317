package io.drover.simulator.cloud;

import io.drover.simulator.cloud.central.CommandOutcome;
import io.drover.simulator.cloud.dps.ProvisioningService;
import io.drover.simulator.cloud.dps.RegistrationStatus;
import io.drover.simulator.cloud.hub.ConnectionState;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Shows the state of the world and of its quotas as metrics. Hubs and provisioning services are added up by home, {@code central} for
 * those inside IoT Central and {@code target} for all others, as their names are the user's. Reading looks at every device: not for
 * event loops.
 */
final class WorldMetrics {
    private static final String[] HOMES = {"central", "target"};

    private final World world;
    private final Quotas quotas;

    WorldMetrics(World world, Quotas quotas) {
        this.world = world;
        this.quotas = quotas;
    }

    /** Registers everything; call once. */
    void bindTo(MeterRegistry registry) {
        for (String home : HOMES) {
            bindHubs(registry, home);
            bindProvisioning(registry, home);
        }
        for (CommandOutcome outcome : CommandOutcome.values()) {
            if (outcome != CommandOutcome.PENDING) {
                FunctionCounter.builder("drover.cloud.commands", world, all -> commands(all, outcome))
                        .description("Commands of IoT Central by what really became of them")
                        .tag("outcome", text(outcome))
                        .register(registry);
            }
        }
        for (AzureLimit limit : AzureLimit.values()) {
            FunctionCounter.builder("drover.cloud.throttled", quotas, counts -> counts.refused(limit))
                    .description("Calls refused because a documented limit was used up")
                    .tag("service", limit.service())
                    .tag("limit", limit.text())
                    .register(registry);
        }
        Gauge.builder("drover.cloud.quotas.enforced", quotas, state -> state.enforced() ? 1 : 0)
                .description("1 while callers over a documented rate are refused")
                .register(registry);
    }

    private void bindHubs(MeterRegistry registry, String home) {
        for (ConnectionState state : ConnectionState.values()) {
            Gauge.builder("drover.cloud.hub.devices", world, all -> devices(all, home, state))
                    .description("Devices in the identity registries of hubs, by connection state")
                    .tag("home", home)
                    .tag("state", text(state))
                    .register(registry);
        }
        FunctionCounter.builder("drover.cloud.hub.telemetry", world, all -> telemetry(all, home))
                .description("Telemetry messages that hubs took")
                .tag("home", home)
                .register(registry);
    }

    private void bindProvisioning(MeterRegistry registry, String home) {
        for (RegistrationStatus status : RegistrationStatus.values()) {
            if (status == RegistrationStatus.ASSIGNED
                    || status == RegistrationStatus.FAILED
                    || status == RegistrationStatus.DISABLED) {
                FunctionCounter.builder("drover.cloud.registrations", world, all -> registrations(all, home, status))
                        .description("Device registrations decided by provisioning services, by result")
                        .tag("home", home)
                        .tag("outcome", text(status))
                        .register(registry);
            }
        }
    }

    private static double devices(World world, String home, ConnectionState state) {
        return hubs(world, home)
                .flatMap(Hub::devices)
                .filter(device -> device.connectionState() == state)
                .count();
    }

    private static double telemetry(World world, String home) {
        return hubs(world, home).mapToLong(hub -> hub.telemetry().appended()).sum();
    }

    private static double registrations(World world, String home, RegistrationStatus status) {
        return world.provisioningByIdScope().values().stream()
                .filter(service -> (service.name() == null) == isCentral(home))
                .mapToLong((ProvisioningService service) -> service.decided(status))
                .sum();
    }

    private static double commands(World world, CommandOutcome outcome) {
        return world.applications().values().stream()
                .mapToLong(application -> application.commands().ended(outcome))
                .sum();
    }

    private static Stream<Hub> hubs(World world, String home) {
        Predicate<Hub> inside = hub -> world.applications().values().stream().anyMatch(app -> app.hub() == hub);
        return world.hubs().values().stream().filter(isCentral(home) ? inside : inside.negate());
    }

    private static boolean isCentral(String home) {
        return home.equals(HOMES[0]);
    }

    private static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
