package io.drover.worker.registration;

import static io.drover.worker.azure.ScriptedAzure.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.worker.WorkerConfig;
import io.drover.worker.WorkerConfig.Credentials;
import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.WorkerConfig.Registering;
import io.drover.worker.azure.AzureHttp;
import io.drover.worker.azure.GroupKeys;
import io.drover.worker.azure.ScriptedAzure;
import io.drover.worker.azure.arm.CentralApplication;
import io.drover.worker.azure.arm.ProvisioningResource;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.azure.x509.Certificates;
import io.drover.worker.azure.x509.TestAuthority;
import io.drover.worker.db.Ledger;
import io.drover.worker.device.DeviceCredential;
import io.drover.worker.device.DeviceKey;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.FailureReason;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.TestPolicies;
import io.drover.worker.device.Verification;
import io.drover.worker.migration.AuditStore;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.source.CentralSource;
import io.drover.worker.source.DeviceChoice;
import io.drover.worker.target.EnrollmentGroups;
import io.drover.worker.target.MigrationScope;
import io.drover.worker.target.ProvisioningTarget;
import io.drover.worker.target.TargetEnrollment;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Registration out of an application into a provisioning service: what it looks at, what it makes, what it keeps. */
class RegistrationIT {
    private static final String GROUP_KEY = base64("the group's primary key, of 32 b");
    private static final String SECONDARY_GROUP_KEY = base64("the group's secondary key, of 32");
    private static final String OTHER_KEY = base64("a key that is somebody's own 32b");
    private static final MovePolicy POLICY = TestPolicies.telemetry(3);

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final Map<String, JsonObject> credentials = new ConcurrentHashMap<>();
    private final Map<String, JsonObject> enrollments = new ConcurrentHashMap<>();
    private final Map<String, JsonObject> refusals = new ConcurrentHashMap<>();
    private final Set<Integer> bulks = new ConcurrentSkipListSet<>();
    private final List<String> planted = Collections.synchronizedList(new ArrayList<>());
    private Ledger ledger;
    private long migration;
    private ScriptedAzure azure;

    @BeforeEach
    void open() throws Exception {
        azure = new ScriptedAzure(this::answer);
        ledger = await(Ledger.open(
                vertx,
                LedgerAddress.ofFile("jdbc:sqlite:" + directory.resolve("l.db")),
                POLICY,
                new SimpleMeterRegistry(),
                Clock.systemUTC()));
        migration = await(ledger.migrations()
                        .createOrGet(new MigrationStore.Definition(
                                "m", "app", "all", "dps", "TELEMETRY", "", MigrationState.RUNNING)))
                .id();
    }

    @AfterEach
    void close() throws Exception {
        await(ledger.close());
        await(vertx.close());
        azure.close();
    }

    @Test
    void eachDeviceIsAdmittedByWhatItProvesItselfWithAndNothingOfThatIsKept() throws Exception {
        X509Certificate first = TestAuthority.selfSigned("certified");
        X509Certificate second = TestAuthority.selfSigned("certified");
        Files.writeString(directory.resolve("certified.pem"), TestAuthority.pem(second) + TestAuthority.pem(first));
        Files.writeString(directory.resolve("wrong-file.pem"), TestAuthority.pem(first));
        derived("derived");
        own("own");
        credentials.put("certified", thumbprints(first, second));
        credentials.put("no-file", thumbprints(first, second));
        credentials.put("wrong-file", thumbprints(TestAuthority.selfSigned("wrong-file"), null));
        credentials.put("chip", new JsonObject().put("tpm", new JsonObject().put("endorsementKey", plant("chip"))));
        credentials.put("shows-nothing", new JsonObject());
        discovered("derived", "own", "certified", "no-file", "wrong-file", "chip", "shows-nothing", "deleted");

        admitAll(registration(Registering.ENROLLMENT, Credentials.Check.ALL));

        assertThat(found())
                .containsExactlyInAnyOrderEntriesOf(new LinkedHashMap<>(Map.of(
                        "derived", "REGISTERED GROUP_KEY null",
                        "own", "REGISTERED DEVICE_KEY null",
                        "certified", "REGISTERED DEVICE_CERTIFICATE null",
                        "no-file", "FAILED DEVICE_CERTIFICATE CREDENTIAL_UNAVAILABLE",
                        "wrong-file", "FAILED DEVICE_CERTIFICATE CREDENTIAL_UNAVAILABLE",
                        "chip", "REGISTERED TPM null",
                        "shows-nothing", "FAILED null CREDENTIAL_UNAVAILABLE",
                        "deleted", "FAILED null DEVICE_UNKNOWN")));
        assertThat(enrollments.keySet()).containsExactlyInAnyOrder("own", "certified", "chip");
        assertThat(attestation("own").getJsonObject("symmetricKey"))
                .isEqualTo(credentials.get("own").getJsonObject("symmetricKey"));
        JsonObject pair = attestation("certified").getJsonObject("x509").getJsonObject("clientCertificates");
        assertThat(pair.getJsonObject("primary").getString("certificate")).isEqualTo(Certificates.base64(first));
        assertThat(pair.getJsonObject("secondary").getString("certificate")).isEqualTo(Certificates.base64(second));
        assertThat(attestation("chip").getJsonObject("tpm").getString("endorsementKey"))
                .isEqualTo(credentials.get("chip").getJsonObject("tpm").getString("endorsementKey"));
        nothingPlantedIsInTheLedger();
    }

    @Test
    void enrollmentsAreMadeInBulksOfTenAndOneThatIsThereIsNeverChanged() throws Exception {
        List<String> ids =
                IntStream.range(0, 34).mapToObj("own-%02d"::formatted).toList();
        for (String id : ids) {
            own(id);
        }
        JsonObject same = enrollment("own-03", credentials.get("own-03"));
        JsonObject other = enrollment("own-04", keys(OTHER_KEY, OTHER_KEY));
        enrollments.put("own-03", same);
        enrollments.put("own-04", other);
        refusals.put("own-05", error("own-05", 400001));
        discovered(ids.toArray(String[]::new));

        admitAll(registration(Registering.ENROLLMENT, Credentials.Check.ALL));

        assertThat(bulks).containsExactly(4, 10);
        assertThat(enrollments).hasSize(33).containsEntry("own-03", same).containsEntry("own-04", other);
        assertThat(found())
                .containsEntry("own-03", "REGISTERED DEVICE_KEY null")
                .containsEntry("own-04", "FAILED DEVICE_KEY TARGET_HAS_OTHER_CREDENTIAL")
                .containsEntry("own-05", "FAILED DEVICE_KEY ENROLLMENT_REFUSED");
        assertThat(found().values().stream().filter(text -> text.startsWith("REGISTERED")))
                .hasSize(32);
    }

    @Test
    void devicesOfAThrottledBulkStayAndAreAdmittedLater() throws Exception {
        own("first");
        own("second");
        refusals.put("second", error("second", 429001));
        discovered("first", "second");
        Registration registration = registration(Registering.ENROLLMENT, Credentials.Check.ALL);

        assertThatThrownBy(() -> await(registration.sweep(migration)))
                .hasMessageContaining("Enrollments were not made");
        assertThat(found().values()).containsOnly("PENDING null null");

        refusals.clear();
        admitAll(registration);
        assertThat(found().values()).containsOnly("REGISTERED DEVICE_KEY null");
    }

    @Test
    void aRetryLooksForTheCertificateAgain() throws Exception {
        X509Certificate certificate = TestAuthority.selfSigned("late");
        credentials.put("late", thumbprints(certificate, null));
        discovered("late");
        Registration registration = registration(Registering.ENROLLMENT, Credentials.Check.ALL);
        admitAll(registration);
        assertThat(found()).containsEntry("late", "FAILED DEVICE_CERTIFICATE CREDENTIAL_UNAVAILABLE");

        Files.writeString(directory.resolve("late.pem"), TestAuthority.pem(certificate));
        await(ledger.devices().retry(row("late"), "the file is there"));
        admitAll(registration);

        assertThat(found()).containsEntry("late", "REGISTERED DEVICE_CERTIFICATE null");
        assertThat(enrollments).containsKey("late");
    }

    @Test
    void eachDeviceGetsAnEnrollmentOfItsOwnWhereThatIsAskedFor() throws Exception {
        derived("derived");
        discovered("derived");

        admitAll(registration(Registering.INDIVIDUAL, Credentials.Check.ALL));

        assertThat(found()).containsEntry("derived", "REGISTERED GROUP_KEY null");
        assertThat(attestation("derived").getJsonObject("symmetricKey"))
                .isEqualTo(credentials.get("derived").getJsonObject("symmetricKey"));
        nothingPlantedIsInTheLedger();
    }

    @Test
    void noDeviceIsLookedAtWhereTheGroupsAreTrusted() throws Exception {
        own("own");
        discovered("own");

        admitAll(registration(Registering.ENROLLMENT, Credentials.Check.GROUPS_ONLY));

        assertThat(found()).containsEntry("own", "REGISTERED null null");
        assertThat(azure.asked).noneMatch(call -> call.contains("/credentials"));
    }

    private void admitAll(Registration registration) throws Exception {
        while (await(registration.sweep(migration)) > 0) {
            assertThat(azure.asked).hasSizeLessThan(500);
        }
    }

    private Registration registration(Registering registering, Credentials.Check check) throws Exception {
        AzureHttp http = azure.http(ScriptedAzure.SECRET, new SimpleMeterRegistry());
        CentralClient central = new CentralClient(http, "app.example.test", "https://apps.example.test");
        CentralSource source = new CentralSource(
                new CentralApplication("app", "app", "app", "app-id", "created"),
                central,
                "all",
                DeviceChoice.ALL,
                Map.of(),
                Map.of());
        DpsClient dps = new DpsClient(http, "dps.example.test", "https://dps.example.test");
        ProvisioningTarget target = new ProvisioningTarget(
                new ProvisioningResource(
                        "/dps",
                        "dps",
                        "0ne1",
                        "dps.example.test",
                        "device.example.test",
                        List.of("hub.example.test"),
                        "Active",
                        List.of()),
                dps,
                List.of(),
                List.of(),
                List.of(new TargetEnrollment(
                        "keys", "drover-app-keys", new GroupKeys(GROUP_KEY, SECONDARY_GROUP_KEY), false)),
                new EnrollmentGroups(dps, null, "dps"),
                registering);
        MigrationScope scope = new MigrationScope(source, target);
        WorkerConfig.Migration config = new WorkerConfig.Migration(
                "m",
                null,
                null,
                null,
                registering,
                new Credentials(check, List.of(), directory, List.of(), Duration.ofHours(1)),
                WorkerConfig.Owned.nothing(),
                Verification.TELEMETRY,
                null,
                3,
                false,
                null);
        return new Registration(
                scope, ledger.migrations(), ledger.devices(), new CredentialCheck(vertx, scope, config), null);
    }

    private void discovered(String... ids) throws Exception {
        await(ledger.devices()
                .insert(
                        migration,
                        Stream.of(ids)
                                .map(id -> new DiscoveredDevice(id, "t", null))
                                .toList()));
        await(ledger.devices().assign(migration, 1, Long.MAX_VALUE));
        await(ledger.migrations().layOut(migration, List.of("all")));
        await(ledger.migrations().open(migration, 1, null, new AuditStore.Act("test", "wave-open", "m", null)));
    }

    private Map<String, String> found() throws Exception {
        Map<String, String> found = new LinkedHashMap<>();
        await(ledger.devices().reads().eachPage(migration, page -> {
            for (DeviceRow row : page) {
                DeviceCredential credential = row.credential();
                FailureReason reason = row.state() == DeviceState.FAILED ? row.reason() : null;
                found.put(row.deviceId(), row.state() + " " + credential + " " + reason);
            }
            return io.vertx.core.Future.succeededFuture();
        }));
        return found;
    }

    private DeviceRow row(String id) throws Exception {
        return await(ledger.devices().reads().find(new DeviceKey(migration, id)))
                .orElseThrow();
    }

    /** The database and its journal, read past the ledger. */
    private void nothingPlantedIsInTheLedger() throws Exception {
        assertThat(planted).isNotEmpty();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(path -> path.getFileName().toString().startsWith("l.db"))
                    .toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain(planted);
            }
        }
    }

    private void derived(String id) throws Exception {
        String primary = derive(GROUP_KEY, id);
        String secondary = derive(SECONDARY_GROUP_KEY, id);
        planted.addAll(List.of(primary, secondary, GROUP_KEY, SECONDARY_GROUP_KEY));
        credentials.put(id, keys(primary, secondary));
    }

    private void own(String id) {
        credentials.put(id, keys(plant(id + " primary"), plant(id + " secondary")));
    }

    private String plant(String text) {
        String secret = base64("canary of " + text + " with some length");
        planted.add(secret);
        return secret;
    }

    private static JsonObject keys(String primary, String secondary) {
        return new JsonObject()
                .put("idScope", "0ne0")
                .put("symmetricKey", new JsonObject().put("primaryKey", primary).put("secondaryKey", secondary));
    }

    private static JsonObject thumbprints(X509Certificate primary, X509Certificate secondary) {
        JsonObject both = new JsonObject().put("primary", thumbprint(primary));
        if (secondary != null) {
            both.put("secondary", thumbprint(secondary));
        }
        return new JsonObject().put("x509", new JsonObject().put("clientCertificates", both));
    }

    private static JsonObject thumbprint(X509Certificate certificate) {
        return new JsonObject()
                .put("info", new JsonObject().put("sha1Thumbprint", Certificates.thumbprint(certificate)));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String derive(String key, String id) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(key), "HmacSHA256"));
        return Base64.getEncoder().encodeToString(mac.doFinal(id.getBytes(StandardCharsets.UTF_8)));
    }

    private JsonObject attestation(String id) {
        return enrollments.get(id).getJsonObject("attestation");
    }

    private static JsonObject enrollment(String id, JsonObject shown) {
        return new JsonObject()
                .put("registrationId", id)
                .put(
                        "attestation",
                        new JsonObject()
                                .put("type", "symmetricKey")
                                .put("symmetricKey", shown.getJsonObject("symmetricKey")));
    }

    private static JsonObject error(String id, int code) {
        return new JsonObject().put("registrationId", id).put("errorCode", code).put("errorStatus", "as scripted");
    }

    private void answer(HttpServerRequest request) {
        String[] path = request.path().split("/", -1);
        if (request.path().endsWith("/credentials")) {
            JsonObject shown = credentials.get(path[3]);
            request.response().setStatusCode(shown == null ? 404 : 200).end(shown == null ? "{}" : shown.encode());
        } else if (request.path().equals("/enrollments")) {
            request.body()
                    .onSuccess(body ->
                            request.response().end(bulk(body.toJsonObject()).encode()));
        } else if (request.path().endsWith("/attestationmechanism")) {
            request.response().end(attestation(path[2]).encode());
        } else if (request.method().name().equals("PUT")) {
            request.body().onSuccess(body -> request.response().end(body));
        } else {
            request.response().setStatusCode(404).end("{}");
        }
    }

    private JsonObject bulk(JsonObject body) {
        assertThat(body.getString("mode")).isEqualTo("create");
        JsonArray items = body.getJsonArray("enrollments");
        bulks.add(items.size());
        JsonArray errors = new JsonArray();
        for (int i = 0; i < items.size(); i++) {
            JsonObject item = items.getJsonObject(i);
            String id = item.getString("registrationId");
            if (refusals.containsKey(id)) {
                errors.add(refusals.get(id));
            } else if (enrollments.putIfAbsent(id, item) != null) {
                errors.add(error(id, 409201));
            }
        }
        return new JsonObject().put("isSuccessful", errors.isEmpty()).put("errors", errors);
    }
}
