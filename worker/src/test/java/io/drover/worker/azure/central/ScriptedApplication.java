package io.drover.worker.azure.central;

import io.drover.worker.azure.AzureHttp;
import io.drover.worker.azure.ScriptedAzure;
import io.drover.worker.azure.x509.Certificates;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/** An IoT Central application of a test over HTTPS: devices, enrollment groups, last telemetry and properties, by pages of three. */
public final class ScriptedApplication implements AutoCloseable {
    public static final String HOST = "app.example.test";
    private static final int PAGE = 3;

    public final NavigableMap<String, JsonObject> devices = new ConcurrentSkipListMap<>();
    public final NavigableMap<String, JsonObject> groups = new ConcurrentSkipListMap<>();
    public final Map<String, JsonObject> properties = new ConcurrentHashMap<>();
    public final Map<String, JsonObject> attestations = new ConcurrentHashMap<>();
    /** By group, slash and entry. */
    public final Map<String, JsonObject> certificates = new ConcurrentHashMap<>();
    /** How many verification codes were asked for. */
    public final AtomicInteger codes = new AtomicInteger();
    /** Times by device id, slash and name of the telemetry. */
    public final Map<String, Instant> telemetry = new ConcurrentHashMap<>();
    /** Ids that the application turns down. */
    public final Set<String> invalid = ConcurrentHashMap.newKeySet();
    /** How many devices are made before the application fails; negative for any number. */
    public final AtomicInteger puts = new AtomicInteger(-1);

    public final ScriptedAzure azure;

    public ScriptedApplication() throws Exception {
        azure = new ScriptedAzure(this::answer);
    }

    /** As it was in the beginning. */
    public void reset() {
        devices.clear();
        groups.clear();
        properties.clear();
        attestations.clear();
        certificates.clear();
        codes.set(0);
        telemetry.clear();
        invalid.clear();
        puts.set(-1);
        azure.asked.clear();
    }

    /** A client of it, with connections of its own. */
    public CentralClient client() {
        AzureHttp http = azure.http(ScriptedAzure.SECRET, new SimpleMeterRegistry());
        return new CentralClient(http, HOST, "https://apps.example.test");
    }

    /** A device as a registration leaves it. */
    public void add(String id, String template, boolean provisioned) {
        devices.put(
                id,
                new JsonObject()
                        .put("id", id)
                        .put("displayName", id)
                        .put("template", template)
                        .put("enabled", true)
                        .put("simulated", false)
                        .put("provisioned", provisioned));
    }

    private void answer(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            String[] path = request.path().substring("/api/".length()).split("/", -1);
            switch (path[0]) {
                case "devices" -> device(request, path, body);
                case "enrollmentGroups" -> group(request, path, body);
                default -> end(request, 404, null);
            }
        });
    }

    private void device(HttpServerRequest request, String[] path, Buffer body) {
        if (path.length == 1) {
            page(request);
            return;
        }
        JsonObject device = devices.get(path[1]);
        if (path.length == 3 && path[2].equals("attestation")) {
            attestation(request, path[1], body);
        } else if (request.method().name().equals("PUT")) {
            put(request, path[1], body.toJsonObject());
        } else if (device == null) {
            end(request, 404, null);
        } else if (request.method().name().equals("PATCH")) {
            end(request, 200, device.mergeIn(body.toJsonObject()));
        } else if (path.length == 2) {
            end(request, 200, device);
        } else if (path[2].equals("credentials")) {
            end(request, 200, new JsonObject().put("idScope", "0ne00C0FFEE"));
        } else if (path[2].equals("properties")) {
            end(request, 200, properties.getOrDefault(path[1], new JsonObject().put("$metadata", new JsonObject())));
        } else {
            Instant at = telemetry.get(path[1] + "/" + path[path.length - 1]);
            end(
                    request,
                    200,
                    at == null
                            ? new JsonObject()
                            : new JsonObject().put("value", 1).put("timestamp", at));
        }
    }

    private void attestation(HttpServerRequest request, String id, Buffer body) {
        if (request.method().name().equals("PUT") && !invalid.contains(id)) {
            attestations.put(id, body.toJsonObject());
        }
        JsonObject there = attestations.get(id);
        end(request, there != null ? 200 : invalid.contains(id) && body.length() > 0 ? 422 : 404, there);
    }

    private void put(HttpServerRequest request, String id, JsonObject body) {
        if (invalid.contains(id)) {
            end(
                    request,
                    422,
                    new JsonObject().put("code", "UnprocessableContent").put("message", "not this one"));
        } else if (puts.getAndUpdate(left -> left > 0 ? left - 1 : left) == 0) {
            end(request, 500, null);
        } else {
            devices.put(id, body.put("id", id).put("provisioned", false));
            end(request, 200, body);
        }
    }

    private void page(HttpServerRequest request) {
        String after = request.getParam("after");
        NavigableMap<String, JsonObject> rest = after == null ? devices : devices.tailMap(after, false);
        JsonArray value = new JsonArray();
        rest.values().stream().limit(PAGE).forEach(value::add);
        JsonObject page = new JsonObject().put("value", value);
        if (rest.size() > PAGE) {
            String last = value.getJsonObject(PAGE - 1).getString("id");
            page.put("nextLink", "https://" + HOST + "/api/devices?api-version=2022-07-31&after=" + last);
        }
        end(request, 200, page);
    }

    /** Two groups with one key are refused, as an application does. */
    private void group(HttpServerRequest request, String[] path, Buffer body) {
        if (path.length == 1) {
            JsonArray value = new JsonArray();
            groups.values().forEach(value::add);
            end(request, 200, new JsonObject().put("value", value));
            return;
        }
        if (path.length > 2) {
            certificate(request, path, body);
            return;
        }
        JsonObject wanted = body.toJsonObject().put("id", path[1]);
        boolean taken = groups.values().stream()
                .filter(other -> other.getJsonObject("attestation").containsKey("symmetricKey"))
                .anyMatch(other -> !other.getString("id").equals(path[1])
                        && other.getJsonObject("attestation").equals(wanted.getJsonObject("attestation")));
        if (taken) {
            end(request, 409, new JsonObject().put("code", "Conflict").put("message", "a key is used already"));
        } else {
            groups.put(path[1], wanted);
            end(request, 200, wanted);
        }
    }

    /** A certificate counts once a proof names its latest code and bears its authority's signature. */
    private void certificate(HttpServerRequest request, String[] path, Buffer body) {
        String name = path[1] + "/" + path[3];
        JsonObject there = certificates.get(name);
        if (path.length == 4 && request.method().name().equals("PUT")) {
            X509Certificate certificate = Certificates.read(body.toJsonObject().getString("certificate"))
                    .get(0);
            addCertificate(path[1], path[3], certificate, false);
            end(request, 200, shown(certificates.get(name)));
        } else if (there == null) {
            end(request, 404, null);
        } else if (path.length == 4) {
            end(request, 200, shown(there));
        } else if (path[4].equals("generateVerificationCode")) {
            there.put("code", "CODE" + codes.incrementAndGet());
            end(request, 200, new JsonObject().put("verificationCode", there.getString("code")));
        } else if (isProof(there, body.toJsonObject().getString("certificate"))) {
            there.put("verified", true);
            request.response().setStatusCode(204).end();
        } else {
            end(request, 400, null);
        }
    }

    /** A certificate of a group, as if a person had brought it there. */
    public void addCertificate(String group, String entry, X509Certificate certificate, boolean verified) {
        certificates.put(
                group + "/" + entry,
                new JsonObject()
                        .put("certificate", Certificates.base64(certificate))
                        .put("verified", verified));
    }

    private static JsonObject shown(JsonObject there) {
        X509Certificate certificate =
                Certificates.read(there.getString("certificate")).get(0);
        return new JsonObject()
                .put("verified", there.getBoolean("verified"))
                .put("info", new JsonObject().put("sha1Thumbprint", Certificates.thumbprint(certificate)))
                .put("etag", "e");
    }

    private static boolean isProof(JsonObject there, String proof) {
        X509Certificate shown = Certificates.read(proof).get(0);
        try {
            shown.verify(
                    Certificates.read(there.getString("certificate")).get(0).getPublicKey());
            return shown.getSubjectX500Principal().getName().equals("CN=" + there.getString("code"));
        } catch (GeneralSecurityException foreign) {
            return false;
        }
    }

    private static void end(HttpServerRequest request, int status, JsonObject body) {
        Buffer content = status < 300
                ? body.toBuffer()
                : new JsonObject()
                        .put(
                                "error",
                                body == null
                                        ? new JsonObject().put("code", "Error").put("message", "")
                                        : body)
                        .toBuffer();
        request.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json")
                .end(content);
    }

    @Override
    public void close() {
        azure.close();
    }
}
