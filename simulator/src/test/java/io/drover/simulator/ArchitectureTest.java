package io.drover.simulator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The boundaries of docs/architecture.md. */
@AnalyzeClasses(packages = "io.drover.simulator", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule theSimulatorKnowsNothingOfTheWorker =
            noClasses().should().dependOnClassesThat().resideInAPackage("io.drover.worker..");

    @ArchTest
    static final ArchRule theCloudKnowsNeitherFleetNorRehearsal = noClasses()
            .that()
            .resideInAPackage("io.drover.simulator.cloud..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.drover.simulator.fleet..", "io.drover.simulator.rehearsal..");

    @ArchTest
    static final ArchRule theFleetReachesTheCloudOnlyOverSockets = noClasses()
            .that()
            .resideInAPackage("io.drover.simulator.fleet..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.drover.simulator.cloud..");

    @ArchTest
    static final ArchRule onlyTheSdkEngineKnowsMicrosoftsClients = noClasses()
            .that()
            .resideOutsideOfPackage("io.drover.simulator.fleet.sdk..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.microsoft..", "com.google.gson..");
}
