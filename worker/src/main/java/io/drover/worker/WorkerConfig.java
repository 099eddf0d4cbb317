package io.drover.worker;

import io.drover.worker.azure.central.JobLimits;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.Verification;
import io.drover.worker.migration.RolloutPolicy;
import io.drover.worker.migration.TargetKind;
import io.drover.worker.migration.WavePolicy;
import io.drover.worker.owned.OwnedMapping;
import io.drover.worker.source.DeviceChoice;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The worker's whole configuration, already checked; see {@link WorkerConfigLoader} for its YAML form. */
public record WorkerConfig(
        Entra entra,
        Access access,
        Azure azure,
        Network network,
        Migration migration,
        Map<String, Rate> quotas,
        Dispatch dispatch,
        LedgerAddress ledger,
        Management management,
        Webhook webhook,
        Api api) {
    private static final Duration APPLICATION_PROBE = Duration.ofMinutes(5);
    /** A hub tells who is connected; commanding the others now and then only covers what it tells wrong. */
    private static final Duration HUB_PROBE = Duration.ofHours(1);

    /**
     * Where the worker signs in, and how.
     *
     * @param objectId of the principal in the directory, by which other services name it; null when it is not told
     */
    public record Entra(String authority, SignIn signIn, String objectId) {}

    /** Azure's endpoints; the defaults are public Azure. */
    public record Azure(
            String resourceManager,
            String centralDomain,
            String centralAudience,
            String dpsAudience,
            String hubAudience,
            int timeCompression) {}

    /**
     * How names are reached.
     *
     * @param trustedCa PEM file added to the default trust, or null
     */
    public record Network(Path trustedCa, List<ConnectTo> connectTo) {}

    /** Where to connect for a host name, which may begin with {@code *.}; first match wins. */
    public record ConnectTo(String host, String address, int port) {
        public boolean matches(String name) {
            return host.startsWith("*.")
                    ? name.length() > host.length() - 1 && name.endsWith(host.substring(1))
                    : host.equalsIgnoreCase(name);
        }
    }

    /**
     * What moves, from where to where, and what proves it.
     *
     * @param subscription id, or null when only one is visible
     * @param requirePlan whether an apply needs a plan that was kept
     */
    public record Migration(
            String name,
            String subscription,
            Source source,
            Target target,
            Registering registration,
            Credentials credentials,
            Owned owned,
            Verification verification,
            Deadlines deadlines,
            int attempts,
            boolean requirePlan,
            RolloutPolicy rollout) {
        private Migration as(String other, RolloutPolicy policy) {
            return new Migration(
                    other,
                    subscription,
                    source,
                    target,
                    registration,
                    credentials,
                    owned,
                    verification,
                    deadlines,
                    attempts,
                    false,
                    policy);
        }
    }

    /** What the target is given so that it accepts a device. */
    public enum Registering {
        /** The source's enrollment groups, and an enrollment of its own for each device that comes through none of them. */
        ENROLLMENT,
        /** An enrollment of its own for each device, also for those whose key derives from a group's. */
        INDIVIDUAL,
        /** As ENROLLMENT, and each device is made at the target hub beforehand, with its twin. */
        PREREGISTER
    }

    /**
     * How devices' credentials are looked at, and what the services do not give out of them.
     *
     * @param deviceCertificates folder with a file {@code <device id>.pem} for each device with certificates of its own; or null
     * @param ignoreGroups X.509 enrollment groups of the source that no device of the migration comes through
     * @param proofDeadline how long a certificate may wait for its proof of possession
     */
    public record Credentials(
            Check check,
            List<SigningCertificate> signingCertificates,
            Path deviceCertificates,
            List<String> ignoreGroups,
            Duration proofDeadline) {
        public Credentials {
            signingCertificates = List.copyOf(signingCertificates);
            ignoreGroups = List.copyOf(ignoreGroups);
        }

        /** Whose credentials are read. */
        public enum Check {
            /** Each device's, one call a device. */
            ALL,
            /** Those of the enrollment groups; each device is taken to come through one of them. */
            GROUPS_ONLY
        }

        /** Nothing but what the services show themselves. */
        public static Credentials ofServices() {
            return new Credentials(Check.ALL, List.of(), null, List.of(), Duration.ofHours(1));
        }
    }

    /**
     * What is taken along of what devices own, and how it is called at the target.
     *
     * @param mapping of the way there; the way back has its inverse
     */
    public record Owned(Carry carry, Existing existing, OwnedMapping mapping) {
        /** What is taken along. */
        public enum Carry {
            ALL,
            NOTHING
        }

        /** What becomes of another value that the target has already. */
        public enum Existing {
            KEEP,
            OVERWRITE
        }

        /** Nothing is taken along between these. */
        public static Owned nothing() {
            return new Owned(
                    Carry.NOTHING,
                    Existing.KEEP,
                    new OwnedMapping(OwnedMapping.Side.APPLICATION, OwnedMapping.Side.HUB, List.of()));
        }

        public boolean carries() {
            return carry == Carry.ALL;
        }
    }

    /**
     * A certificate that an enrollment group of the source trusts.
     *
     * @param key its private key, with which possession is proved; null where somebody else has it
     */
    public record SigningCertificate(String group, Path certificate, Path key) {}

    /** Which devices move. */
    public sealed interface Source permits ApplicationDevices, HubDevices {
        /** The service that has them, as the ledger keeps it. */
        String service();

        /** Which of its devices, as the ledger keeps it. */
        String selection();
    }

    /**
     * Devices of an IoT Central application.
     *
     * @param deviceGroup null for all devices of the application
     * @param deviceTemplate null for every template in the group
     * @param choice which of them
     */
    public record ApplicationDevices(String application, String deviceGroup, String deviceTemplate, DeviceChoice choice)
            implements Source {
        @Override
        public String service() {
            return application;
        }

        @Override
        public String selection() {
            return (deviceGroup == null ? "all devices" : deviceGroup) + choice.description();
        }
    }

    /**
     * Devices of an IoT hub.
     *
     * @param hub name or host name
     * @param condition of the hub's query language; null for all devices
     * @param provisioningService the one that they came through
     * @param enrollmentGroups empty for all symmetric-key groups that have devices there
     * @param method direct method that tells a device to move
     * @param choice which of them
     */
    public record HubDevices(
            String hub,
            String condition,
            String provisioningService,
            List<String> enrollmentGroups,
            String method,
            DeviceChoice choice)
            implements Source {
        public HubDevices {
            enrollmentGroups = List.copyOf(enrollmentGroups);
        }

        @Override
        public String service() {
            return hub;
        }

        @Override
        public String selection() {
            return "SELECT * FROM devices" + (condition == null ? "" : " WHERE " + condition) + choice.description();
        }
    }

    /** Where the devices go. */
    public sealed interface Target permits TargetService, TargetApplication {
        /** Its name, as the ledger keeps it. */
        String name();

        /** What it is, as the ledger keeps it. */
        TargetKind kind();
    }

    /** IoT hubs behind a provisioning service. */
    public record TargetService(String name) implements Target {
        @Override
        public TargetKind kind() {
            return TargetKind.PROVISIONING_SERVICE;
        }
    }

    /**
     * An IoT Central application.
     *
     * @param name its subdomain
     * @param deviceTemplate that all devices get there; null for the template of the same id as at the source
     */
    public record TargetApplication(String name, String deviceTemplate) implements Target {
        @Override
        public TargetKind kind() {
            return TargetKind.APPLICATION;
        }
    }

    /** How long each state may wait. */
    public record Deadlines(
            Duration answer, Duration assigned, Duration connected, Duration telemetry, Duration offline) {}

    /** An override of a documented limit. */
    public record Rate(int calls, Duration per) {}

    /**
     * How devices are told to move.
     *
     * @param maxInFlight commands awaiting an answer at any moment
     * @param job how IoT Central jobs go through their devices
     */
    public record Dispatch(Way way, int maxInFlight, JobLimits job) {
        /** By a command of its own for each device, or by an IoT Central job for each wave that allows it. */
        public enum Way {
            COMMAND,
            JOB
        }
    }

    /**
     * Where the ledger is.
     *
     * @param url {@code jdbc:sqlite:} and a file, or {@code jdbc:postgresql://} and host and database
     * @param user empty for SQLite
     * @param password empty for SQLite
     * @param trustedCa PEM file of authorities trusted beside the JRE's for an encrypted connection, or null
     */
    public record LedgerAddress(String url, String user, Secret password, Path trustedCa) {
        /** A ledger in a file. */
        public static LedgerAddress ofFile(String url) {
            return new LedgerAddress(url, "", new Secret(""), null);
        }
    }

    /**
     * Where metrics and health are served; port 0 takes any free one.
     *
     * @param tracing null when no traces are taken
     */
    public record Management(String host, int port, Tracing tracing) {}

    /**
     * Where traces are sent by OTLP over HTTP.
     *
     * @param endpoint of the collector, without a path
     * @param share of the attempts that are traced, above 0 and at most 1
     */
    public record Tracing(String endpoint, double share) {}

    /**
     * Where IoT Central's data export may send connectivity changes; the whole section is null when it is off.
     *
     * @param token what the export writes into the Authorization header
     * @param tls null where something in front of the worker ends TLS
     */
    public record Webhook(String host, int port, Secret token, Tls tls) {}

    /** PEM files of a server's certificate chain and private key. */
    public record Tls(Path certificate, Path key) {}

    /**
     * Where the API and the web pages are served; the whole section is null when they are off.
     *
     * @param port 0 takes any free one
     * @param publicUrl what browsers reach, without a path; null for localhost and the port
     * @param tls null where something in front of the worker ends TLS, or on loopback
     * @param signIn null where nobody signs in, which only loopback allows
     * @param running how many migrations go on at once
     */
    public record Api(
            String host, int port, String publicUrl, Tls tls, ApiSignIn signIn, ApiLimits limits, int running) {
        /** What browsers reach when this port is listened on, without a slash at the end. */
        public String publicUrl(int listening) {
            return publicUrl == null ? (tls == null ? "http" : "https") + "://localhost:" + listening : publicUrl;
        }
    }

    /**
     * The app registration that people and machines sign in to.
     *
     * @param audience what access tokens for the API are meant for, beside {@code clientId}
     */
    public record ApiSignIn(String tenant, String clientId, Secret clientSecret, String authority, String audience) {}

    /**
     * How much is served.
     *
     * @param requests of one caller, or of one address while nobody is signed in
     * @param body largest request body in bytes
     * @param listeners event streams open at once
     */
    public record ApiLimits(Rate requests, int body, int listeners) {}

    /** How the migration is rolled out. */
    public RolloutPolicy rollout() {
        return migration.rollout();
    }

    /**
     * This configuration for the way back under another name: all at once within the same windows, rate and stop rule,
     * each device commanded singly. Source and target stay those of the forward migration.
     */
    public WorkerConfig returning(String name) {
        RolloutPolicy forward = migration.rollout();
        RolloutPolicy back = new RolloutPolicy(
                forward.order(),
                forward.seed(),
                null,
                false,
                null,
                forward.windows(),
                forward.rate(),
                forward.stop(),
                forward.campaign(),
                List.of(WavePolicy.rest()));
        Dispatch singly = new Dispatch(Dispatch.Way.COMMAND, dispatch.maxInFlight(), dispatch.job());
        return new WorkerConfig(
                entra, access, azure, network, migration.as(name, back), quotas, singly, ledger, management, null, api);
    }

    /** This configuration with another section api. */
    WorkerConfig servedBy(Api other) {
        return new WorkerConfig(
                entra, access, azure, network, migration, quotas, dispatch, ledger, management, webhook, other);
    }

    /** This configuration for another migration. */
    public WorkerConfig of(Migration other, Dispatch way) {
        return new WorkerConfig(entra, access, azure, network, other, quotas, way, ledger, management, webhook, api);
    }

    /** This configuration with the migration's earliest start at this time. */
    public WorkerConfig startingAt(Instant start) {
        RolloutPolicy own = migration.rollout();
        RolloutPolicy later = new RolloutPolicy(
                own.order(),
                own.seed(),
                own.refresh(),
                own.approval(),
                start,
                own.windows(),
                own.rate(),
                own.stop(),
                own.campaign(),
                own.waves());
        Migration moved = new Migration(
                migration.name(),
                migration.subscription(),
                migration.source(),
                migration.target(),
                migration.registration(),
                migration.credentials(),
                migration.owned(),
                migration.verification(),
                migration.deadlines(),
                migration.attempts(),
                migration.requirePlan(),
                later);
        return of(moved, dispatch);
    }

    /** The state machine's part of the configuration. */
    public MovePolicy policy() {
        return policy(migration.source() instanceof HubDevices);
    }

    /** As {@link #policy()}, for the way back. */
    public MovePolicy returnPolicy() {
        return policy(migration.target() instanceof TargetService);
    }

    private MovePolicy policy(boolean outOfHub) {
        Deadlines d = migration.deadlines();
        return new MovePolicy(
                migration.verification(),
                d.answer(),
                d.assigned(),
                d.connected(),
                d.telemetry(),
                d.offline(),
                migration.attempts(),
                outOfHub ? HUB_PROBE : APPLICATION_PROBE,
                migration.owned().carries(),
                azure.timeCompression());
    }
}
