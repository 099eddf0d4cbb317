package io.drover.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.drover.worker.azure.central.JobLimits;
import io.drover.worker.device.Verification;
import io.drover.worker.migration.MaintenanceWindow;
import io.drover.worker.source.DeviceChoice;
import io.drover.worker.source.DeviceChoice.ListedDevices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerConfigLoaderIT {
    private static final String MINIMAL = """
            entra:
              tenant: t
              clientId: c
              clientSecret: { env: DROVER_CLIENT_SECRET }
            migration:
              name: trucks
              source: { application: app, deviceGroup: all }
              target: { provisioningService: dps }
            """;

    @TempDir
    Path directory;

    @Test
    void aMinimalFileTakesPublicAzureAndTheDocumentedDefaults() throws IOException {
        WorkerConfig config = load(MINIMAL);

        assertThat(config.azure().resourceManager()).isEqualTo("https://management.azure.com");
        assertThat(config.migration().verification()).isEqualTo(Verification.TELEMETRY);
        assertThat(config.migration().deadlines().offline()).isEqualTo(Duration.ofDays(7));
        assertThat(config.toString()).doesNotContain("s3cret");
        assertThat(config.entra().signIn()).isEqualTo(new SignIn.ClientSecret("t", "c", new Secret("s3cret")));
    }

    @Test
    void allMistakesAreReportedAtOnceWithTheirLines() throws IOException {
        ConfigException mistakes = mistakes("""
                entra:
                  tenent: t
                  clientId: c
                  clientSecret: hunter2
                migration:
                  name: trucks
                  source: { application: app, deviceGroup: all }
                  target: { provisioningService: dps }
                  verification: telemetri
                  deadlines: { answer: 30 }
                dispatch: { maxInFlight: 0 }
                """);

        assertThat(mistakes.problems()).hasSize(6);
        assertThat(mistakes)
                .hasMessageContaining("line 2, entra.tenent: is not a known key.")
                .hasMessageContaining("Did you mean 'tenant'?")
                .hasMessageContaining("entra.tenant: is missing.")
                .hasMessageContaining("line 4, entra.clientSecret: holds a secret in plain text.")
                .hasMessageContaining("line 9, migration.verification: 'telemetri' is not known.")
                .hasMessageContaining("Did you mean 'telemetry'?")
                .hasMessageContaining("line 10, migration.deadlines.answer: '30' is not a duration.")
                .hasMessageContaining("line 11, dispatch.maxInFlight: '0' is out of range.");
        assertThat(mistakes.getMessage()).doesNotContain("hunter2");
    }

    @Test
    void aJobsAmountsAreNumbersOrPercentages() throws IOException {
        WorkerConfig config = load(
                MINIMAL + "dispatch: { way: job, job: { batch: 10%, cancellationThreshold: 50, perBatch: true } }\n");

        assertThat(config.dispatch().way()).isEqualTo(WorkerConfig.Dispatch.Way.JOB);
        assertThat(config.dispatch().job())
                .isEqualTo(new JobLimits(new JobLimits.Amount(10, true), new JobLimits.Amount(50, false), true));
        assertThat(mistakes(MINIMAL
                        + "dispatch: { way: jobs, job: { batch: 101%, cancellationThreshold: 0, perBatch: true } }\n"))
                .hasMessageContaining("dispatch.way: 'jobs' is not known.")
                .hasMessageContaining("Did you mean 'job'?")
                .hasMessageContaining("dispatch.job.batch: '101%' is neither a number of devices nor a percentage.")
                .hasMessageContaining("dispatch.job.cancellationThreshold: '0' is neither")
                .hasMessageContaining("dispatch.job.perBatch: has no effect without batch and cancellationThreshold.");
    }

    @Test
    void aWaveMayBeADeviceGroupButNothingElseBeside() throws IOException {
        String rollout = "  rollout: { waves: [ { name: south, group: depot-south%s } ] }\n";

        assertThat(load(MINIMAL + rollout.formatted("")).rollout().groups()).containsExactly("depot-south");
        assertThat(mistakes(MINIMAL + rollout.formatted(", devices: 3")))
                .hasMessageContaining("Give a wave one of devices, percent, file, group and match.");
    }

    @Test
    void aSecretThatIsNotThereIsAMistakeAndNamesThePlace() throws IOException {
        assertThat(mistakes(MINIMAL.replace("DROVER_CLIENT_SECRET", "NOT_SET")))
                .hasMessageContaining("environment variable NOT_SET");
    }

    @Test
    void aSettingOfTheCommandLineAddsToTheFileAndReplacesWhatItSays() throws IOException {
        WorkerConfig config = load(
                MINIMAL + "dispatch: { maxInFlight: 7 }\nledger:\n",
                "dispatch.maxInFlight=8",
                "dispatch.maxInFlight=9",
                "ledger.url=jdbc:sqlite:other.db",
                "migration.name=a=b",
                "migration.rollout.order=random",
                "migration.rollout.rate.max=10/s",
                "migration.rollout.stop={ failed: 5%, minimum: 50 }",
                "migration.rollout.windows=[{ days: mon, from: \"22:00\", to: \"04:00\", zone: Europe/Berlin }]",
                "migration.rollout.waves[0].devices=10",
                "migration.rollout.waves[0].name=canary",
                "migration.rollout.waves[1]={ name: tenth, percent: 10% }");

        assertThat(config.dispatch().maxInFlight()).isEqualTo(9);
        assertThat(config.ledger().url()).isEqualTo("jdbc:sqlite:other.db");
        assertThat(config.migration().name()).isEqualTo("a=b");
        assertThat(config.rollout()).isEqualTo(load(MINIMAL + """
                  rollout:
                    order: random
                    rate: { max: 10/s }
                    stop: { failed: 5%, minimum: 50 }
                    windows: [{ days: mon, from: "22:00", to: "04:00", zone: Europe/Berlin }]
                    waves:
                      - { name: canary, devices: 10 }
                      - { name: tenth, percent: 10% }
                """).rollout());
    }

    @Test
    void aSettingChangesNothingThatSharesAnAnchorWithIt() throws IOException {
        WorkerConfig config = load(MINIMAL + """
                  rollout:
                    windows:
                      - &night { days: mon, from: "22:00", to: "04:00", zone: UTC }
                      - *night
                """, "migration.rollout.windows[1].from=23:00");

        assertThat(config.rollout().windows())
                .extracting(MaintenanceWindow::from)
                .containsExactly(LocalTime.of(22, 0), LocalTime.of(23, 0));
    }

    @Test
    void mistakesInSettingsNameTheOption() {
        ConfigException mistakes = mistakes(
                MINIMAL,
                "migration.rolout.rate.max=10/s",
                "migration.verification=telemetri",
                "migration.rollout.waves[0].devices=ten",
                "migration.rollout.waves[2].devices=1",
                "migration.name.first=x",
                "migration.attempts[0]=3",
                "migration..name=x",
                "migration.deadlines={ answer: 30",
                "migration.target.provisioningService=",
                "verbose");

        assertThat(mistakes)
                .hasMessageContaining("--set migration.rolout.rate.max, migration.rolout: is not a known key.")
                .hasMessageContaining("Did you mean 'rollout'?")
                .hasMessageContaining("--set migration.verification, migration.verification: 'telemetri' is not known.")
                .hasMessageContaining("--set migration.rollout.waves[0].devices, migration.rollout.waves[0].devices: ")
                .hasMessageContaining(
                        "--set migration.rollout.waves[2].devices, migration.rollout.waves: has 1 entries.")
                .hasMessageContaining("--set migration.name.first, migration.name: does not hold keys and values.")
                .hasMessageContaining("--set migration..name, '': is not a key.")
                .hasMessageContaining("--set migration.deadlines, its value: is not YAML.")
                .hasMessageContaining(
                        "--set migration.target.provisioningService, migration.target.provisioningService: must be")
                .hasMessageContaining("--set, a setting: has no '='.");
    }

    @Test
    void aSecretStaysAReferenceOnTheCommandLineToo() throws IOException {
        assertThat(mistakes(MINIMAL, "entra.clientSecret=hunter2"))
                .hasMessageContaining("--set entra.clientSecret, entra.clientSecret: holds a secret in plain text.")
                .hasMessageNotContaining("hunter2");
        assertThat(mistakes(MINIMAL, "entra.clientSecret={ env: hunter2 ").getMessage())
                .doesNotContain("hunter2");
        assertThat(load(MINIMAL, "entra.clientSecret.env=DROVER_WEBHOOK_TOKEN")
                        .entra()
                        .signIn())
                .isEqualTo(new SignIn.ClientSecret("t", "c", new Secret("0123456789abcdef")));
    }

    @Test
    void theWebhookIsOffUnlessItsSectionIsThereAndItsTokenIsNeverShown() throws IOException {
        WorkerConfig config = load(MINIMAL + "webhook: { port: 8080, token: { env: DROVER_WEBHOOK_TOKEN } }");

        assertThat(load(MINIMAL).webhook()).isNull();
        assertThat(config.webhook().host()).isEqualTo("127.0.0.1");
        assertThat(config.webhook().token().value()).isEqualTo("0123456789abcdef");
        assertThat(config.webhook().tls()).isNull();
        assertThat(config.toString()).doesNotContain("0123456789abcdef");
    }

    @Test
    void aWebhookWithoutALongTokenOrWithHalfACertificateIsAMistake() throws IOException {
        assertThat(mistakes(
                        MINIMAL + "webhook: { token: { env: DROVER_CLIENT_SECRET }, tls: { certificate: no.pem } }"))
                .hasMessageContaining("webhook.token: does not hold 16 or more")
                .hasMessageContaining("webhook.tls.certificate: there is no readable file")
                .hasMessageContaining("webhook.tls.key: is missing.");
        assertThat(mistakes(MINIMAL + "webhook: {}")).hasMessageContaining("webhook.token: is missing.");
        assertThat(mistakes(MINIMAL + "webhook: { token: 0123456789abcdef }"))
                .hasMessageContaining("webhook.token: holds a secret in plain text.")
                .hasMessageNotContaining("0123456789abcdef");
    }

    @Test
    void devicesOfAHubAreSelectedByAQueryAndToldByTheDocumentedMethod() throws IOException {
        WorkerConfig config = load(withSource("{ hub: old, provisioningService: old-dps, enrollmentGroups: [a, b],"
                + " query: \"select * from devices where tags.site = 'berlin'\" }"));

        assertThat(config.migration().source())
                .isEqualTo(new WorkerConfig.HubDevices(
                        "old",
                        "tags.site = 'berlin'",
                        "old-dps",
                        List.of("a", "b"),
                        "migration*DeviceMove",
                        DeviceChoice.ALL));
        assertThat(config.migration().source().selection())
                .isEqualTo("SELECT * FROM devices WHERE tags.site = 'berlin'");
        assertThat(config.policy().probe()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void devicesAreChosenByAMatchAndAListWithOrWithoutAGroup() throws IOException {
        Files.writeString(directory.resolve("some.csv"), "device,template\ntruck-7,x\n\"truck-8\",y\nid,z\n");

        WorkerConfig config = load(
                withSource("{ application: app, match: { id: \"truck-*\", organization: n }, devices: some.csv }"));

        WorkerConfig.ApplicationDevices source =
                (WorkerConfig.ApplicationDevices) config.migration().source();
        assertThat(source.deviceGroup()).isNull();
        assertThat(source.choice())
                .isEqualTo(new DeviceChoice(
                        "truck-*", null, null, "n", new ListedDevices("some.csv", Set.of("truck-7", "truck-8", "id"))));
        assertThat(source.selection()).startsWith("all devices where id truck-*, organization n, listed 3 devices of");
    }

    @Test
    void aSelectionOfNothingIsAMistake() throws IOException {
        Files.writeString(directory.resolve("empty.csv"), "device_id\n");

        assertThat(mistakes(withSource("{ application: app }")))
                .hasMessageContaining("migration.source.deviceGroup: is missing.");
        assertThat(mistakes(withSource("{ application: app, devices: empty.csv }")))
                .hasMessageContaining("migration.source.devices: 'empty.csv' names no device.");
        assertThat(mistakes(withSource("{ hub: old, provisioningService: d, devices: absent.csv }")))
                .hasMessageContaining("migration.source.devices: 'absent.csv' cannot be read.");
        assertThat(mistakes(withSource("{ hub: old, provisioningService: d, match: { id: x } }")))
                .hasMessageContaining("migration.source.match: is of an IoT Central application");
    }

    @Test
    void anApplicationAndAHubAtOnceAreOneMistakeThatNamesBoth() throws IOException {
        ConfigException mistakes = mistakes(withSource("{ application: app, deviceGroup: all, hub: old }"));

        assertThat(mistakes.problems()).hasSize(1);
        assertThat(mistakes)
                .hasMessageContaining("migration.source.application")
                .hasMessageContaining("'hub'");
    }

    @Test
    void mistakesInAHubSourceAreNamedEach() throws IOException {
        ConfigException mistakes = mistakes(withSource(
                "{ hub: old, query: \"SELECT deviceId FROM devices\", method: \"a/b\", enrolmentGroups: [a] }"));

        assertThat(mistakes.problems()).hasSize(4);
        assertThat(mistakes)
                .hasMessageContaining("migration.source.provisioningService: is missing.")
                .hasMessageContaining("migration.source.query: is not of the form SELECT * FROM devices WHERE")
                .hasMessageContaining("migration.source.method: 'a/b' cannot be the name of a direct method.")
                .hasMessageContaining("Did you mean 'enrollmentGroups'?");
    }

    @Test
    void aWebhookIsOfNoUseToAHub() throws IOException {
        assertThat(mistakes(withSource("{ hub: old, provisioningService: old-dps }")
                        + "webhook: { token: { env: DROVER_WEBHOOK_TOKEN } }"))
                .hasMessageContaining("webhook: is for IoT Central's data export");
    }

    @Test
    void aTargetIsAProvisioningServiceOrAnApplicationWithOrWithoutATemplate() throws IOException {
        assertThat(load(MINIMAL).migration().target()).isEqualTo(new WorkerConfig.TargetService("dps"));
        assertThat(load(withTarget("{ application: new-app }")).migration().target())
                .isEqualTo(new WorkerConfig.TargetApplication("new-app", null));
        assertThat(load(withTarget("{ application: new-app, deviceTemplate: \"dtmi:a:b;1\" }"))
                        .migration()
                        .target())
                .isEqualTo(new WorkerConfig.TargetApplication("new-app", "dtmi:a:b;1"));
    }

    @Test
    void mistakesInATargetSayWhatBelongsTogether() throws IOException {
        ConfigException both = mistakes(withTarget("{ application: new-app, provisioningService: dps }"));
        assertThat(both.problems()).hasSize(1);
        assertThat(both)
                .hasMessageContaining("migration.target.application: is of an IoT Central application, but")
                .hasMessageContaining("'provisioningService'");
        assertThat(mistakes(withTarget("{ aplication: new-app }")))
                .hasMessageContaining("migration.target.provisioningService: is missing.")
                .hasMessageContaining("Did you mean 'application'?");
        assertThat(mistakes(withTarget("{ deviceTemplate: \"dtmi:a:b;1\" }")))
                .hasMessageContaining("migration.target.application: is missing.");
    }

    @Test
    void devicesOfAHubNeedATemplateInAnApplication() throws IOException {
        String hub = withSource("{ hub: old, provisioningService: old-dps }");

        assertThat(mistakes(hub.replace("{ provisioningService: dps }", "{ application: new-app }")))
                .hasMessageContaining("migration.target.deviceTemplate: is missing");
    }

    @Test
    void mistakesOfAMappingNameItsFileAndLine() throws IOException {
        Files.writeString(directory.resolve("mapping.yaml"), """
                rename:
                  cloud.site: tags.depot
                  cloud.place: tags.depot.city
                  tags.own: tags.other
                  writable.limit: wished.limit
                  displayNme: tags.name
                drop: [cloud.site, notes]
                droop: []
                """);

        ConfigException mistakes = mistakes(withOwned("{ mapping: mapping.yaml, existing: overrite }"));

        assertThat(mistakes)
                .hasMessageContaining("migration.owned.existing: 'overrite' is not known.")
                .hasMessageContaining(
                        "mapping.yaml line 3, rename.cloud.place: goes to tags.depot.city, where cloud.site goes.")
                .hasMessageContaining("mapping.yaml line 4, rename.tags.own: is no path of the source.")
                .hasMessageContaining("mapping.yaml line 5, rename.writable.limit: goes to 'wished.limit'")
                .hasMessageContaining("mapping.yaml line 6, rename.displayNme: is no path of the source.")
                .hasMessageContaining("mapping.yaml line 7, drop: 'cloud.site' is named already.")
                .hasMessageContaining("mapping.yaml line 7, drop: 'notes' is no path of the source.")
                .hasMessageContaining("mapping.yaml line 8, droop: is not a known key.");
        assertThat(mistakes.problems()).hasSize(8);
    }

    @Test
    void aMappingThatIsNotThereOrNoYamlIsSaidOnce() throws IOException {
        assertThat(mistakes(withOwned("{ mapping: missing.yaml }")).problems())
                .singleElement()
                .asString()
                .contains("there is no readable file");

        Files.writeString(directory.resolve("mapping.yaml"), "rename: [");
        assertThat(mistakes(withOwned("{ mapping: mapping.yaml }")).problems())
                .singleElement()
                .asString()
                .contains("mapping.yaml line 1");
    }

    @Test
    void theTwinCanOnlyBeTheProofWhereItIsTakenAlong() throws IOException {
        String twin = withOwned("{ carry: nothing }").replace("  owned:", "  verification: telemetry+twin\n  owned:");

        assertThat(mistakes(twin)).hasMessageContaining("telemetry+twin compares what devices own");
        assertThat(load(twin.replace("nothing", "all")).migration().verification())
                .isEqualTo(Verification.TELEMETRY_TWIN);
    }

    private static String withOwned(String owned) {
        return """
                entra: { tenant: t, clientId: c, clientSecret: { env: DROVER_CLIENT_SECRET } }
                migration:
                  name: trucks
                  source: { application: app, deviceGroup: all }
                  target: { provisioningService: dps }
                  owned: OWNED
                """.replace("OWNED", owned);
    }

    private static String withTarget(String target) {
        return MINIMAL.replace("{ provisioningService: dps }", target);
    }

    private static String withSource(String source) {
        return MINIMAL.replace("{ application: app, deviceGroup: all }", source);
    }

    @Test
    void brokenYamlNamesTheLine() throws IOException {
        assertThat(mistakes("entra:\n  tenant: [")).hasMessageContaining("YAML").hasMessageContaining("line");
    }

    @Test
    void credentialsAreReadWithTheirFilesAndByDefaultEveryDeviceIsLookedAt() throws IOException {
        Files.createFile(directory.resolve("root.pem"));
        Files.createDirectory(directory.resolve("devices"));

        WorkerConfig.Migration plain = load(MINIMAL).migration();
        assertThat(plain.credentials()).isEqualTo(WorkerConfig.Credentials.ofServices());
        assertThat(plain.registration()).isEqualTo(WorkerConfig.Registering.ENROLLMENT);

        WorkerConfig.Credentials read = load(MINIMAL + """
                  credentials:
                    check: groups-only
                    signingCertificates: [ { group: g, certificate: root.pem } ]
                    deviceCertificates: devices
                    ignoreGroups: [old]
                    proofDeadline: 5m
                """).migration().credentials();
        assertThat(read.check()).isEqualTo(WorkerConfig.Credentials.Check.GROUPS_ONLY);
        assertThat(read.signingCertificates())
                .containsExactly(new WorkerConfig.SigningCertificate("g", directory.resolve("root.pem"), null));
        assertThat(read.deviceCertificates()).isEqualTo(directory.resolve("devices"));
        assertThat(read.ignoreGroups()).containsExactly("old");
        assertThat(read.proofDeadline()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void filesOfCredentialsThatAreNotThereAndModesThatContradictAreMistakes() {
        ConfigException mistakes = mistakes(MINIMAL + """
                  registration: individual
                  credentials:
                    check: groups-only
                    signingCertificates: [ { group: g, certificate: no.pem, key: nokey.pem }, { group: h } ]
                    deviceCertificates: nowhere
                """);

        assertThat(mistakes)
                .hasMessageContaining("no.pem")
                .hasMessageContaining("nokey.pem")
                .hasMessageContaining("signingCertificates[1].certificate")
                .hasMessageContaining("there is no folder")
                .hasMessageContaining("credentials.check: groups-only reads none");
    }

    private WorkerConfig load(String yaml, String... settings) throws IOException {
        Path file = Files.writeString(directory.resolve("drover.yaml"), yaml);
        return WorkerConfigLoader.load(
                file,
                List.of(settings),
                Map.of("DROVER_CLIENT_SECRET", "s3cret", "DROVER_WEBHOOK_TOKEN", "0123456789abcdef")::get);
    }

    private ConfigException mistakes(String yaml, String... settings) {
        return catchThrowableOfType(ConfigException.class, () -> load(yaml, settings));
    }
}
