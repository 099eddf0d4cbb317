package io.drover.worker.azure.central;

import io.drover.worker.azure.AzureCall;
import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.AzureHttp;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.azure.x509.AuthorityStore;
import io.drover.worker.azure.x509.CertificatePair;
import io.drover.worker.azure.x509.Certificates;
import io.drover.worker.azure.x509.ShownCertificate;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The primary and the secondary certificate of one X.509 enrollment group (reference section a.3, enrollment groups); their
 * names are the two entries. Some applications show only thumbprints.
 */
public final class GroupCertificates implements AuthorityStore {
    public static final String PRIMARY = "primary";
    public static final String SECONDARY = "secondary";

    private final AzureHttp http;
    private final String base;
    private final String version;
    private final String audience;

    GroupCertificates(AzureHttp http, String base, String version, String audience) {
        this.http = http;
        this.base = base;
        this.version = version;
        this.audience = audience;
    }

    /** Those that let devices in. */
    public Future<Optional<CertificatePair>> verified() {
        return shown(PRIMARY)
                .compose(primary ->
                        shown(SECONDARY).map(secondary -> CertificatePair.of(letsIn(primary), letsIn(secondary))));
    }

    private static Optional<ShownCertificate> letsIn(Optional<JsonObject> shown) {
        return shown.filter(GroupCertificates::isVerified).flatMap(ShownCertificate::of);
    }

    @Override
    public Future<List<Uploaded>> list() {
        return shown(PRIMARY)
                .compose(primary -> shown(SECONDARY).map(secondary -> {
                    List<Uploaded> there = new ArrayList<>();
                    primary.ifPresent(json -> there.add(uploaded(PRIMARY, json)));
                    secondary.ifPresent(json -> there.add(uploaded(SECONDARY, json)));
                    return there;
                }));
    }

    @Override
    public Future<Uploaded> upload(String name, X509Certificate certificate) {
        JsonObject body = new JsonObject().put("certificate", Certificates.base64(certificate));
        return http.send(call("put-group-certificate", name).with(HttpMethod.PUT, body))
                .map(answer -> uploaded(name, answer.bodyAsJsonObject()));
    }

    @Override
    public Future<Code> code(String name, String etag) {
        return http.send(call("generate-verification-code", name + "/generateVerificationCode")
                        .with(HttpMethod.POST, null))
                .map(answer -> new Code(answer.bodyAsJsonObject().getString("verificationCode"), null));
    }

    @Override
    public Future<Void> verify(String name, X509Certificate proof, String etag) {
        JsonObject body = new JsonObject().put("certificate", Certificates.base64(proof));
        return http.send(call("verify-group-certificate", name + "/verify").with(HttpMethod.POST, body))
                .mapEmpty();
    }

    private Future<Optional<JsonObject>> shown(String entry) {
        return http.send(call("get-group-certificate", entry))
                .map(answer -> Optional.of(answer.bodyAsJsonObject()))
                .recover(cause -> cause instanceof AzureException refused && refused.status() == 404
                        ? Future.succeededFuture(Optional.empty())
                        : Future.failedFuture(cause));
    }

    /** The documents say that an unverified one may not be shown at all. */
    private static boolean isVerified(JsonObject json) {
        return json.getBoolean("verified", true);
    }

    private static Uploaded uploaded(String entry, JsonObject json) {
        String thumbprint =
                ShownCertificate.of(json).map(ShownCertificate::thumbprint).orElse(null);
        return new Uploaded(entry, thumbprint, isVerified(json), json.getString("certificate"), json.getString("etag"));
    }

    private AzureCall call(String operation, String path) {
        return AzureCall.get("central", operation, base + path + version, audience, AzureLimit.CENTRAL_REST);
    }
}
