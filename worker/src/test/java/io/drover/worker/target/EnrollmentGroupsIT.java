package io.drover.worker.target;

import static io.drover.worker.azure.ScriptedAzure.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.worker.azure.AzureHttp;
import io.drover.worker.azure.ScriptedAzure;
import io.drover.worker.azure.arm.ArmClient;
import io.drover.worker.azure.arm.ProvisioningResource;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.azure.x509.Authority;
import io.drover.worker.azure.x509.CertificatePair;
import io.drover.worker.azure.x509.Certificates;
import io.drover.worker.azure.x509.ShownCertificate;
import io.drover.worker.azure.x509.TestAuthority;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** X.509 enrollment groups at a provisioning service and the authorities at ARM that they name. */
class EnrollmentGroupsIT {
    private static final String CERTIFICATES = "/subscriptions/s/dps/certificates";
    private static final List<String> HUBS = List.of("hub.example.test");

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final Map<String, JsonObject> uploaded = new ConcurrentHashMap<>();
    private final Map<String, JsonObject> groups = new ConcurrentHashMap<>();
    private final AtomicInteger codes = new AtomicInteger();
    private final CountDownLatch asked = new CountDownLatch(3);
    private ScriptedAzure azure;

    @BeforeEach
    void open() throws Exception {
        azure = new ScriptedAzure(this::answer);
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
        azure.close();
    }

    @Test
    void aRootIsUploadedAndProvedWithItsKeyAndTheGroupNamesIt() throws Exception {
        TestAuthority root = TestAuthority.root("Fleet root");
        TestAuthority next = TestAuthority.rsaRoot("Next root");
        TargetEnrollment wanted = group(false, root.certificate(), next.certificate());
        EnrollmentGroups groupsWithKeys = groups(Duration.ofMinutes(1), authority(root), authority(next));
        assertThat(groupsWithKeys.waits(wanted)).isEmpty();

        await(groupsWithKeys.ensure(wanted, HUBS));

        JsonObject references = x509().getJsonObject("caReferences");
        assertThat(verified(references.getString("primary"))).isEqualTo(Certificates.thumbprint(root.certificate()));
        assertThat(verified(references.getString("secondary"))).isEqualTo(Certificates.thumbprint(next.certificate()));
        assertThat(groups.get("target").getJsonArray("iotHubs")).containsExactlyElementsOf(HUBS);

        azure.asked.clear();
        await(groupsWithKeys.ensure(wanted, HUBS));
        assertThat(azure.asked)
                .noneMatch(call -> call.startsWith("PUT")
                        || call.contains("/verify")
                        || call.contains("/generateVerificationCode"));
    }

    @Test
    void withoutTheKeyAPersonIsToldAndWaitedForAndNothingIsMadeBefore() throws Exception {
        TestAuthority root = TestAuthority.root("Fleet root");
        TargetEnrollment wanted = group(false, root.certificate());
        EnrollmentGroups groupsWithoutKeys = groups(Duration.ofMinutes(1));
        assertThat(groupsWithoutKeys.waits(wanted))
                .singleElement()
                .asString()
                .contains(Certificates.thumbprint(root.certificate()), "proof of possession");

        Future<Void> ensured = groupsWithoutKeys.ensure(wanted, HUBS);
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(ensured.isComplete()).isFalse();
        assertThat(groups).isEmpty();
        String name = uploaded.keySet().iterator().next();
        uploaded.get(name).getJsonObject("properties").put("isVerified", true);

        await(ensured);
        assertThat(x509().getJsonObject("caReferences").getString("primary")).isEqualTo(name);
    }

    @Test
    void aProofThatDoesNotComeInTimeFailsAndTheCodeStaysTheSame() throws Exception {
        TargetEnrollment wanted = group(false, TestAuthority.root("Fleet root").certificate());
        EnrollmentGroups impatient = groups(Duration.ofMillis(1));

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> await(impatient.ensure(wanted, HUBS)))
                    .hasMessageContaining("has not been verified within")
                    .hasMessageContaining("migration.credentials.proofDeadline");
        }

        assertThat(codes).hasValue(1);
        assertThat(uploaded).hasSize(1);
        assertThat(groups).isEmpty();
    }

    @Test
    void intermediatesAndWhatTheSourceHasInTheGroupStandInTheGroup() throws Exception {
        TestAuthority root = TestAuthority.root("Fleet root");
        X509Certificate intermediate = root.intermediate("Plant 7").certificate();

        await(groups(Duration.ofMinutes(1)).ensure(group(false, intermediate), HUBS));
        assertThat(inline()).isEqualTo(Certificates.base64(intermediate));

        groups.clear();
        await(groups(Duration.ofMinutes(1)).ensure(group(true, root.certificate()), HUBS));
        assertThat(inline()).isEqualTo(Certificates.base64(root.certificate()));
        assertThat(azure.asked).noneMatch(call -> call.contains("certificates"));
    }

    @Test
    void aVerifiedAuthorityIsTakenUnderTheNameItHas() throws Exception {
        TestAuthority root = TestAuthority.root("Fleet root");
        uploaded.put("ours", shown("ours", root.certificate(), true));

        await(groups(Duration.ofMinutes(1)).ensure(group(false, root.certificate()), HUBS));

        assertThat(x509().getJsonObject("caReferences").getString("primary")).isEqualTo("ours");
        assertThat(uploaded).containsOnlyKeys("ours");
    }

    @Test
    void aGroupWithOtherCertificatesStopsEverything() throws Exception {
        EnrollmentGroups some = groups(Duration.ofMinutes(1));
        await(some.ensure(group(true, TestAuthority.root("One").certificate()), HUBS));

        assertThatThrownBy(() -> await(
                        some.isPresent(group(true, TestAuthority.root("Other").certificate()))))
                .hasMessageContaining("already in 'dps' with other certificates than the source's");
    }

    private EnrollmentGroups groups(Duration deadline, Authority... authorities) throws Exception {
        AzureHttp http = azure.http(ScriptedAzure.SECRET, new SimpleMeterRegistry());
        ProvisioningResource resource = new ProvisioningResource(
                "/subscriptions/s/dps",
                "dps",
                "0ne1",
                "dps.example.test",
                "device.example.test",
                HUBS,
                "Active",
                List.of());
        CertificateProof proof = new CertificateProof(
                vertx,
                new ArmClient(http, "https://arm.example.test").certificates(resource),
                CertificateProof.Place.provisioningService("dps"),
                List.of(authorities),
                new CertificateProof.Timing(deadline, Duration.ofMillis(20)));
        return new EnrollmentGroups(new DpsClient(http, "dps.example.test", "https://dps.example.test"), proof, "dps");
    }

    private Authority authority(TestAuthority owner) throws Exception {
        Path key = Files.writeString(directory.resolve(System.nanoTime() + ".pem"), owner.keyPem());
        return Authority.of(owner.certificate(), key);
    }

    private static TargetEnrollment group(boolean inline, X509Certificate... certificates) {
        CertificatePair signing = CertificatePair.of(
                        Optional.of(ShownCertificate.of(certificates[0])),
                        certificates.length > 1 ? Optional.of(ShownCertificate.of(certificates[1])) : Optional.empty())
                .orElseThrow();
        return new TargetEnrollment("source", "target", null, signing, inline, false);
    }

    private JsonObject x509() {
        return groups.get("target").getJsonObject("attestation").getJsonObject("x509");
    }

    private String inline() {
        return x509().getJsonObject("signingCertificates")
                .getJsonObject("primary")
                .getString("certificate");
    }

    private String verified(String name) {
        JsonObject properties = uploaded.get(name).getJsonObject("properties");
        assertThat(properties.getBoolean("isVerified")).isTrue();
        return properties.getString("thumbprint");
    }

    private static JsonObject shown(String name, X509Certificate certificate, boolean verified) {
        return new JsonObject()
                .put("name", name)
                .put("etag", "e1")
                .put(
                        "properties",
                        new JsonObject()
                                .put("thumbprint", Certificates.thumbprint(certificate))
                                .put("isVerified", verified)
                                .put("certificate", Certificates.base64(certificate)));
    }

    private void answer(HttpServerRequest request) {
        String[] path = request.path().split("/", -1);
        request.body().onSuccess(body -> {
            if (request.path().startsWith(CERTIFICATES)) {
                request.response().end(certificate(request, path, body.length() == 0 ? null : body.toJsonObject()));
            } else if (request.method().name().equals("PUT")) {
                groups.put(path[2], body.toJsonObject());
                request.response().end(body);
            } else if (!groups.containsKey(path[2])) {
                request.response().setStatusCode(404).end("{}");
            } else {
                boolean whole = request.path().endsWith("/attestationmechanism");
                JsonObject group = groups.get(path[2]);
                request.response().end((whole ? group.getJsonObject("attestation") : group).encode());
            }
        });
    }

    private String certificate(HttpServerRequest request, String[] path, JsonObject body) {
        if (path.length == 5) {
            asked.countDown();
            return new JsonObject()
                    .put("value", new JsonArray(List.copyOf(uploaded.values())))
                    .encode();
        }
        String name = path[5];
        if (path.length == 6) {
            uploaded.put(
                    name,
                    shown(name, Certificates.read(body.getString("certificate")).get(0), false));
            return uploaded.get(name).encode();
        }
        JsonObject properties = uploaded.get(name).getJsonObject("properties");
        if (path[6].equals("generateVerificationCode")) {
            assertThat(request.getHeader("if-match")).isEqualTo("e1");
            properties.put("verificationCode", "CODE" + codes.incrementAndGet());
            return uploaded.get(name).copy().put("etag", "e2").encode();
        }
        assertThat(request.getHeader("if-match")).isEqualTo("e2");
        properties.put("isVerified", isProof(properties, body.getString("certificate")));
        return uploaded.get(name).encode();
    }

    private static boolean isProof(JsonObject properties, String proof) {
        X509Certificate shown = Certificates.read(proof).get(0);
        X509Certificate authority =
                Certificates.read(properties.getString("certificate")).get(0);
        try {
            shown.verify(authority.getPublicKey());
            return shown.getSubjectX500Principal().getName().equals("CN=" + properties.getString("verificationCode"));
        } catch (GeneralSecurityException foreign) {
            return false;
        }
    }
}
