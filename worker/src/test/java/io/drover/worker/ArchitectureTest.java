package io.drover.worker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The boundaries of docs/architecture.md. */
@AnalyzeClasses(packages = "io.drover.worker", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] FEATURES = {
        "io.drover.worker.discovery..",
        "io.drover.worker.registration..",
        "io.drover.worker.dispatch..",
        "io.drover.worker.tracking..",
        "io.drover.worker.source..",
        "io.drover.worker.target..",
        "io.drover.worker.connectivity..",
        "io.drover.worker.cli.."
    };

    @ArchTest
    static final ArchRule theWorkerKnowsNothingOfTheSimulator =
            noClasses().should().dependOnClassesThat().resideInAPackage("io.drover.simulator..");

    @ArchTest
    static final ArchRule theStateMachineKnowsNoFeature = noClasses()
            .that()
            .resideInAPackage("io.drover.worker.device..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(FEATURES);

    @ArchTest
    static final ArchRule theBusKnowsNoFeature = noClasses()
            .that()
            .resideInAPackage("io.drover.worker.bus..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(FEATURES);

    @ArchTest
    static final ArchRule sqlStaysInTheLedger = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.drover.worker.device..",
                    "io.drover.worker.migration..",
                    "io.drover.worker.cluster..",
                    "io.drover.worker.db..",
                    "io.drover.worker.sql..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vertx.sqlclient..", "java.sql..");
}
