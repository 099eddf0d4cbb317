package io.drover.simulator.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.drover.simulator.fleet.behaviour.BehaviourType;
import io.drover.simulator.fleet.behaviour.DelayRange;
import io.drover.simulator.fleet.credential.CredentialKind;
import io.drover.simulator.fleet.device.Engine;
import io.drover.simulator.load.LoadGrammar;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScenarioTest {
    @Test
    void thePackagedScenariosLoad() throws Exception {
        Scenario scenario = ScenarioLoader.load("default");

        assertThat(scenario.devices()).isEqualTo(1000);
        assertThat(scenario.deviceId(42)).isEqualTo("truck-000042");
        assertThat(scenario.behaviourOf(7).answerDelay()).isEqualTo(new DelayRange(0, 50));
    }

    @Test
    void theMixedScenarioShowsEveryBehaviour() throws Exception {
        Scenario scenario = ScenarioLoader.load("mixed");

        Set<BehaviourType> seen = EnumSet.noneOf(BehaviourType.class);
        for (int index = 0; index < 1000; index++) {
            seen.add(scenario.behaviourOf(index).type());
        }

        // A device that lives on at the source is a case of its own: ledger and truth disagree on it by design.
        assertThat(seen).isEqualTo(EnumSet.complementOf(EnumSet.of(BehaviourType.MOVES_AND_STAYS)));
    }

    @Test
    void aDeviceBehavesTheSameInAFleetOfAnySize() throws Exception {
        Scenario small = ScenarioLoader.load("mixed").withDevices(10);
        Scenario large = small.withDevices(100_000);

        for (int index = 0; index < 1000; index++) {
            assertThat(small.groupOf(index)).isEqualTo(large.groupOf(index));
        }
    }

    @Test
    void groupsAreDrawnInProportionToTheirWeights() throws Exception {
        Scenario scenario = ScenarioLoader.load("mixed");

        long obedient = java.util.stream.IntStream.range(0, 100_000)
                .filter(index -> scenario.behaviourOf(index).type() == BehaviourType.OBEDIENT)
                .count();

        assertThat(obedient).isBetween(79_000L, 81_000L);
    }

    @Test
    void anotherSeedDrawsAnotherFleet() throws Exception {
        Scenario one = ScenarioLoader.load("mixed");
        Scenario two = one.withSeed(2);

        long same = java.util.stream.IntStream.range(0, 1000)
                .filter(index -> one.groupOf(index).equals(two.groupOf(index)))
                .count();

        assertThat(same).isLessThan(1000);
    }

    @Test
    void aGroupIsOfLeanDevicesUnlessItNamesAnotherEngine() throws Exception {
        Scenario scenario = ScenarioLoader.parse("engines.yaml", engines("azure-sdk"));

        assertThat(scenario.groups()).extracting(Scenario.Group::engine).containsExactly(Engine.LEAN, Engine.AZURE_SDK);
        assertThat(scenario.count(Engine.AZURE_SDK, 0, 1000)).isBetween(200, 300);
        assertThat(scenario.count(Engine.LEAN, 0, 1000)).isEqualTo(1000 - scenario.count(Engine.AZURE_SDK, 0, 1000));
    }

    @Test
    void anUnknownEngineIsAMistakeThatNamesTheKnownOnes() {
        ScenarioException refused = catchThrowableOfType(
                ScenarioException.class, () -> ScenarioLoader.parse("engines.yaml", engines("azure-c-sdk")));

        assertThat(refused.mistakes())
                .containsExactly("line 10: unknown engine 'azure-c-sdk'; use one of [lean, azure-sdk]");
    }

    @Test
    void thePackagedSdkScenarioMixesBothEnginesInEveryBehaviour() throws Exception {
        Scenario scenario = ScenarioLoader.load("sdk");

        Set<BehaviourType> seen = EnumSet.noneOf(BehaviourType.class);
        for (int index = 0; index < scenario.devices(); index++) {
            Scenario.Group group = scenario.groupOf(index);
            if (group.engine() == Engine.AZURE_SDK) {
                seen.add(group.behaviour().type());
            }
        }

        assertThat(seen).isEqualTo(EnumSet.complementOf(EnumSet.of(BehaviourType.MOVES_AND_STAYS)));
        assertThat(scenario.count(Engine.AZURE_SDK, 0, scenario.devices())).isEqualTo(40);
        assertThat(scenario.count(Engine.LEAN, 0, scenario.devices())).isEqualTo(160);
    }

    @Test
    void aRampIsWrittenAsOnTheCommandLineWithOrWithoutABlank() throws Exception {
        Scenario scenario = ScenarioLoader.parse("ramp.yaml", ramp("""
                ramp:
                  - linear: 10..20/2s
                  - step:20/1s
                  - storm: 5
                jitter: 100ms
                think: 1s..2s
                telemetryJitter: 5s
                """));

        assertThat(scenario.profile().stages()).isEqualTo(LoadGrammar.stages("linear:10..20/2s,step:20/1s,storm:5"));
        assertThat(scenario.profile().restRate()).isEqualTo(20);
        assertThat(scenario.shape().think()).isEqualTo(new DelayRange(1_000, 2_000));
        assertThat(scenario.shape().telemetryJitter()).hasSeconds(5);
        assertThat(scenario.jitterNanos(3)).isEqualTo(scenario.withDevices(500).jitterNanos(3));
        for (int index = 0; index < 100; index++) {
            assertThat(scenario.jitterNanos(index)).isBetween(0L, 100_000_000L);
        }
        assertThat(scenario.withConnectRate(7).profile().intendedNanos(7)).isEqualTo(1_000_000_000L);
    }

    @Test
    void whatIsNoRampIsAMistakeWithItsLine() {
        ScenarioException refused =
                catchThrowableOfType(ScenarioException.class, () -> ScenarioLoader.parse("ramp.yaml", ramp("""
                        ramp:
                          - linear: 10..20
                          - { step: 1/1s, storm: 5 }
                        """)));

        assertThat(refused.mistakes()).hasSize(2).allMatch(mistake -> mistake.contains("; write linear:10..200/60s"));
        assertThat(refused.mistakes().get(0)).startsWith("line 8: ramp stage 'linear:10..20': it is not from..to/time");
    }

    @Test
    void stormsAloneNeedARateForTheRest() {
        ScenarioException refused = catchThrowableOfType(
                ScenarioException.class, () -> ScenarioLoader.parse("ramp.yaml", ramp("ramp: [ \"storm:5\" ]\n")));

        assertThat(refused.mistakes())
                .singleElement()
                .asString()
                .contains("never begins")
                .contains("give a connectRate");
    }

    private static String ramp(String ramp) {
        return """
                name: ramp
                devices: 1000
                seed: 1
                timeCompression: 10
                deviceId: "truck-%d"
                telemetryInterval: 10s
                """ + ramp + """
                groups:
                  - { name: a, weight: 3, behaviour: { type: obedient } }
                """;
    }

    private static String engines(String second) {
        return """
                name: engines
                devices: 1000
                seed: 1
                timeCompression: 10
                deviceId: "truck-%d"
                telemetryInterval: 10s
                connectRate: 10
                groups:
                  - { name: a, weight: 3, behaviour: { type: obedient } }
                  - { name: b, weight: 1, behaviour: { type: obedient }, engine: ENGINE }
                """.replace("ENGINE", second);
    }

    @Test
    void aScenarioMayAddDeviceGroupsAndSectionsOfTheWorkersConfiguration() throws Exception {
        Scenario scenario = ScenarioLoader.parse("jobs.yaml", """
                name: jobs
                devices: 10
                seed: 1
                timeCompression: 10
                deviceId: "truck-%d"
                telemetryInterval: 10s
                connectRate: 10
                deviceGroups:
                  - { id: canary, filter: 'SELECT * FROM devices WHERE $id < "truck-3"' }
                groups:
                  - { name: a, weight: 1, behaviour: { type: obedient } }
                worker:
                  dispatch: { way: job, maxInFlight: }
                """);

        assertThat(scenario.withDevices(20).deviceGroups())
                .containsExactly(new Scenario.DeviceGroup("canary", "SELECT * FROM devices WHERE $id < \"truck-3\""));
        assertThat(scenario.withSeed(2).worker()).hasToString("{\"dispatch\":{\"way\":\"job\",\"maxInFlight\":null}}");
    }

    @Test
    void thePackagedScenariosOfCredentialsAndDefectsShowAllThereAre() throws Exception {
        Scenario credentials = ScenarioLoader.load("credentials");
        Scenario defects = ScenarioLoader.load("defects");

        Set<CredentialKind> kinds = EnumSet.noneOf(CredentialKind.class);
        for (int index = 0; index < credentials.devices(); index++) {
            kinds.add(credentials.groupOf(index).credential());
        }
        Set<Defect> seen = EnumSet.noneOf(Defect.class);
        Set<TemplateKind> templates = EnumSet.noneOf(TemplateKind.class);
        Set<String> groups = new TreeSet<>();
        for (int index = 0; index < defects.devices(); index++) {
            seen.add(defects.groupOf(index).defect());
            templates.add(defects.groupOf(index).template());
            groups.add(defects.groupOf(index).name());
        }

        assertThat(kinds).isEqualTo(EnumSet.allOf(CredentialKind.class));
        assertThat(seen).isEqualTo(EnumSet.allOf(Defect.class));
        assertThat(templates).isEqualTo(EnumSet.allOf(TemplateKind.class));
        assertThat(groups).hasSize(defects.groups().size());
    }

    @ParameterizedTest
    @EnumSource
    void everyKindOfCredentialHasAPackagedScenarioOfItsOwn(CredentialKind kind) throws Exception {
        Scenario scenario = ScenarioLoader.load(kind.text());

        assertThat(scenario.name()).isEqualTo(kind.text());
        assertThat(scenario.groups()).allMatch(group -> group.credential() == kind);
    }

    @Test
    void aDeviceWhoseIdDpsRefusesHasAnotherIdThanThePattern() throws Exception {
        Scenario defects = ScenarioLoader.load("defects");

        for (int index = 0; index < defects.devices(); index++) {
            assertThat(defects.deviceId(index).endsWith("#"))
                    .isEqualTo(defects.groupOf(index).defect() == Defect.REFUSED_ID);
        }
    }

    @Test
    void credentialsAndDefectsThatDoNotFitTogetherAreMistakes() {
        String yaml = """
                name: wrong
                devices: 10
                seed: 1
                timeCompression: 10
                deviceId: "truck-%d"
                telemetryInterval: 10s
                connectRate: 10
                twins: perhaps
                groups:
                  - { name: a, weight: 1, behaviour: { type: obedient }, defect: blocked }
                  - { name: b, weight: 1, behaviour: { type: obedient }, credential: group-certificate }
                  - { name: c, weight: 1, behaviour: { type: obedient }, credential: device-key, enrollmentGroup: x }
                  - { name: d, weight: 1, behaviour: { type: obedient }, credential: password }
                  - { name: e, weight: 1, behaviour: { type: obedient }, defect: authority-withheld }
                  - { name: f, weight: 1, behaviour: { type: obedient }, defect: enrollment-disabled }
                  - { name: g, weight: 1, behaviour: { type: obedient }, template: some, enrollmentGroup: a/b }
                  - { name: h, weight: 1, behaviour: { type: obedient }, defect: certificate-withheld }
                """;

        ScenarioException refused =
                catchThrowableOfType(ScenarioException.class, () -> ScenarioLoader.parse("wrong.yaml", yaml));

        assertThat(refused.mistakes())
                .anyMatch(line -> line.startsWith("line 8: 'twins' is 'perhaps'"))
                .anyMatch(line -> line.startsWith("line 10: a device that is blocked connects nowhere"))
                .anyMatch(line -> line.startsWith("line 11: name the enrollmentGroup"))
                .anyMatch(line -> line.startsWith("line 12: a device-key has an enrollment of its own"))
                .anyMatch(line -> line.startsWith("line 13: unknown credential 'password'; use one of [group-key,"))
                .anyMatch(line -> line.startsWith("line 14: only a group-certificate has an authority"))
                .anyMatch(line -> line.startsWith("line 17: only a device-certificate can be withheld"))
                .anyMatch(line -> line.startsWith("line 15: name the enrollmentGroup"))
                .anyMatch(line -> line.startsWith("line 16: unknown template 'some'"))
                .anyMatch(line -> line.startsWith("line 16: 'enrollmentGroup' is 'a/b'"))
                .hasSize(10);
    }

    @Test
    void allMistakesAreReportedAtOnceWithTheirPlace() {
        String yaml = """
                name: wrong
                devices: -1
                sed: 1
                timeCompression: 500
                deviceId: "truck"
                telemetryInterval: soon
                connectRate: 10
                groups:
                  - name: a
                    weight: 1
                    behaviour: { type: obediant }
                  - name: b
                    weight: 1
                    behaviour: { type: offline, after: 3s }
                """;

        ScenarioException refused =
                catchThrowableOfType(ScenarioException.class, () -> ScenarioLoader.parse("wrong.yaml", yaml));

        assertThat(refused.mistakes())
                .anyMatch(line -> line.startsWith("line 2: 'devices'"))
                .anyMatch(line -> line.startsWith("line 3: unknown key 'sed'"))
                .anyMatch(line -> line.contains("'seed' is missing"))
                .anyMatch(line -> line.startsWith("line 4: 'timeCompression'"))
                .anyMatch(line -> line.startsWith("line 5: 'deviceId' gives every device the same id"))
                .anyMatch(line -> line.startsWith("line 6: 'telemetryInterval'"))
                .anyMatch(line -> line.startsWith("line 11: unknown behaviour type 'obediant'"))
                .anyMatch(line -> line.startsWith("line 14: unknown offline key 'after'"))
                .hasSize(8);
    }

    @Test
    void aMissingFileIsNamedAndThePackagedOnesAreOffered() {
        ScenarioException refused = catchThrowableOfType(ScenarioException.class, () -> ScenarioLoader.load("nowhere"));

        assertThat(refused).hasMessageContaining("nowhere").hasMessageContaining("default, mixed");
    }
}
