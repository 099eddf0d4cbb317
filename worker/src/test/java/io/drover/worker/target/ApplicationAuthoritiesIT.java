package io.drover.worker.target;

import static io.drover.worker.azure.ScriptedAzure.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.ScriptedApplication;
import io.drover.worker.azure.x509.Authority;
import io.drover.worker.azure.x509.CertificatePair;
import io.drover.worker.azure.x509.Certificates;
import io.drover.worker.azure.x509.ShownCertificate;
import io.drover.worker.azure.x509.TestAuthority;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** X.509 enrollment groups of an application: found, made, and proved. */
public class ApplicationAuthoritiesIT {
    private static final String OWN = "drover-source-plant";
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private ScriptedApplication application;

    @BeforeEach
    void open() throws Exception {
        application = new ScriptedApplication();
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
        application.close();
    }

    /** Groups of an application, for whoever tests a target. */
    public static ApplicationEnrollments enrollments(
            Vertx vertx, CentralClient client, String source, Duration deadline, Authority... authorities) {
        return new ApplicationEnrollments(client, source, authorities(vertx, client, deadline, authorities));
    }

    private static ApplicationAuthorities authorities(
            Vertx vertx, CentralClient client, Duration deadline, Authority... authorities) {
        return new ApplicationAuthorities(
                vertx, client, List.of(authorities), new CertificateProof.Timing(deadline, Duration.ofMillis(20)));
    }

    @Test
    void aGroupIsMadeAndBothItsCertificatesAreProvedWithTheirKeys() throws Exception {
        TestAuthority root = TestAuthority.root("Fleet root");
        TestAuthority plant = TestAuthority.rsaRoot("Other root").intermediate("Plant 7");
        CertificatePair signing = pair(root.certificate(), plant.certificate());
        ApplicationEnrollments groups =
                enrollments(vertx, application.client(), "source", LONG, authority(root), authority(plant));

        TargetEnrollment wanted = counterpart(groups, signing);
        await(groups.ensure(wanted));

        assertThat(wanted.targetGroup()).isEqualTo(OWN);
        assertThat(wanted.present()).isFalse();
        assertThat(application.groups.get(OWN).getJsonObject("attestation").getString("type"))
                .isEqualTo("x509");
        assertThat(held("primary")).isEqualTo(Certificates.base64(root.certificate()) + " true");
        assertThat(held("secondary")).isEqualTo(Certificates.base64(plant.certificate()) + " true");

        application.azure.asked.clear();
        await(groups.ensure(wanted));
        assertThat(asked("PUT", "") + asked("POST", "/certificates/")).isZero();
        assertThat(counterpart(groups, signing).present()).isTrue();
    }

    @Test
    void withoutTheKeyAPersonIsToldAndWaitedForByOneCode() throws Exception {
        TestAuthority root = TestAuthority.root("Fleet root");
        ApplicationAuthorities authorities = authorities(vertx, application.client(), LONG);
        ApplicationEnrollments groups = new ApplicationEnrollments(application.client(), "source", authorities);
        TargetEnrollment wanted = counterpart(groups, pair(root.certificate()));
        assertThat(authorities.waits(wanted))
                .singleElement()
                .asString()
                .contains(Certificates.thumbprint(root.certificate()), "proof of possession", ScriptedApplication.HOST);

        Future<Void> ensured = groups.ensure(wanted);
        until(() -> asked("GET", "/certificates/primary") > 6);
        assertThat(ensured.isComplete()).isFalse();
        application.certificates.get(OWN + "/primary").put("verified", true);
        await(ensured);

        assertThat(application.codes).hasValue(1);
    }

    @Test
    void aProofThatDoesNotComeInTimeFailsAndTheNextOneGoesOn() throws Exception {
        TestAuthority root = TestAuthority.root("Fleet root");
        CertificatePair signing = pair(root.certificate());
        ApplicationEnrollments impatient = enrollments(vertx, application.client(), "source", Duration.ofMillis(1));
        TargetEnrollment wanted = counterpart(impatient, signing);

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> await(impatient.ensure(wanted)))
                    .hasMessageContaining("enrollment group '" + OWN + "' of " + ScriptedApplication.HOST)
                    .hasMessageContaining("migration.credentials.proofDeadline");
        }
        assertThat(application.codes).hasValue(1);

        await(enrollments(vertx, application.client(), "source", LONG, authority(root))
                .ensure(wanted));
        assertThat(held("primary")).endsWith(" true");
    }

    @Test
    void aGroupThatHasTheCertificatesIsTakenWhateverItsName() throws Exception {
        X509Certificate one = TestAuthority.root("One").certificate();
        X509Certificate two = TestAuthority.root("Two").certificate();
        group("by-hand", true);
        application.addCertificate("by-hand", "primary", two, true);
        application.addCertificate("by-hand", "secondary", one, true);
        ApplicationEnrollments groups = enrollments(vertx, application.client(), "source", LONG);

        TargetEnrollment found = counterpart(groups, pair(one, two));
        await(groups.ensure(found));

        assertThat(found.present()).isTrue();
        assertThat(found.targetGroup()).isEqualTo("by-hand");
        assertThat(application.groups).containsOnlyKeys("by-hand");
    }

    @Test
    void whatIsInTheWayIsNamedAndNothingIsChanged() throws Exception {
        X509Certificate wanted = TestAuthority.root("Wanted").certificate();
        X509Certificate other = TestAuthority.root("Other").certificate();
        ApplicationEnrollments groups = enrollments(vertx, application.client(), "source", LONG);

        group(OWN, true);
        application.addCertificate(OWN, "primary", other, true);
        assertThatThrownBy(() -> counterpart(groups, pair(wanted)))
                .hasMessageContaining("'" + OWN + "' of " + ScriptedApplication.HOST)
                .hasMessageContaining("other certificates than the source's");

        application.reset();
        group("retired", false);
        application.addCertificate("retired", "primary", wanted, true);
        assertThatThrownBy(() -> counterpart(groups, pair(wanted))).hasMessageContaining("disabled");

        application.reset();
        group("unproved", true);
        application.addCertificate("unproved", "primary", wanted, false);
        assertThatThrownBy(() -> counterpart(groups, pair(wanted))).hasMessageContaining("not all of them, verified");

        assertThat(asked("PUT", "") + asked("POST", "/certificates/")).isZero();
    }

    private TargetEnrollment counterpart(ApplicationEnrollments groups, CertificatePair signing) throws Exception {
        return await(
                application.client().enrollmentGroups().compose(there -> groups.counterpart(there, "plant", signing)));
    }

    private long asked(String method, String part) {
        return List.copyOf(application.azure.asked).stream()
                .filter(call -> call.startsWith(method) && call.contains(part))
                .count();
    }

    private void until(BooleanSupplier condition) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            await(vertx.timer(10).mapEmpty());
        }
    }

    private void group(String id, boolean enabled) {
        application.groups.put(
                id,
                new JsonObject()
                        .put("id", id)
                        .put("enabled", enabled)
                        .put("type", "iot")
                        .put("attestation", new JsonObject().put("type", "x509")));
    }

    private String held(String entry) {
        JsonObject there = application.certificates.get(OWN + "/" + entry);
        return there.getString("certificate") + " " + there.getBoolean("verified");
    }

    private static CertificatePair pair(X509Certificate... certificates) {
        return CertificatePair.of(
                        Optional.of(ShownCertificate.of(certificates[0])),
                        certificates.length > 1 ? Optional.of(ShownCertificate.of(certificates[1])) : Optional.empty())
                .orElseThrow();
    }

    private Authority authority(TestAuthority owner) throws Exception {
        Path key = Files.writeString(directory.resolve(System.nanoTime() + ".pem"), owner.keyPem());
        return Authority.of(owner.certificate(), key);
    }
}
