package io.drover.worker.azure.arm;

import io.drover.worker.azure.AzureCall;
import io.drover.worker.azure.AzureHttp;
import io.drover.worker.azure.Paging;
import io.drover.worker.azure.PathSegment;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.azure.x509.AuthorityStore;
import io.drover.worker.azure.x509.Certificates;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.security.cert.X509Certificate;
import java.util.List;

/** The authorities of one provisioning service at ARM, 2022-02-05: upload and proof of possession. */
public final class CertificateClient implements AuthorityStore {
    private static final String VERSION = "?api-version=2022-02-05";

    private final AzureHttp http;
    private final Paging paging;
    private final String base;
    private final String resourceId;

    CertificateClient(AzureHttp http, String base, String resourceId) {
        this.http = http;
        this.paging = new Paging(http);
        this.base = base;
        this.resourceId = resourceId;
    }

    /** All certificates of the service, of which it takes 25. */
    @Override
    public Future<List<Uploaded>> list() {
        return paging.allLinked(call("list-certificates", ""))
                .map(items -> items.stream().map(CertificateClient::uploaded).toList());
    }

    @Override
    public Future<Uploaded> upload(String name, X509Certificate certificate) {
        JsonObject body = new JsonObject().put("certificate", Certificates.base64(certificate));
        return http.send(call("upload-certificate", path(name)).with(HttpMethod.PUT, body))
                .map(answer -> uploaded(answer.bodyAsJsonObject()));
    }

    @Override
    public Future<Code> code(String name, String etag) {
        return http.send(call("generate-verification-code", path(name) + "/generateVerificationCode")
                        .with(HttpMethod.POST, null)
                        .header("if-match", etag))
                .map(answer -> {
                    JsonObject json = answer.bodyAsJsonObject();
                    return new Code(
                            json.getJsonObject("properties", new JsonObject()).getString("verificationCode"),
                            json.getString("etag", etag));
                });
    }

    @Override
    public Future<Void> verify(String name, X509Certificate proof, String etag) {
        return http.send(call("verify-certificate", path(name) + "/verify")
                        .with(HttpMethod.POST, new JsonObject().put("certificate", Certificates.base64(proof)))
                        .header("if-match", etag))
                .mapEmpty();
    }

    private static String path(String name) {
        return "/" + PathSegment.encode(name);
    }

    private AzureCall call(String operation, String path) {
        return AzureCall.get(
                "arm", operation, base + resourceId + "/certificates" + path + VERSION, base, AzureLimit.ARM_REQUESTS);
    }

    private static Uploaded uploaded(JsonObject item) {
        JsonObject properties = item.getJsonObject("properties", new JsonObject());
        return new Uploaded(
                item.getString("name"),
                properties.getString("thumbprint"),
                properties.getBoolean("isVerified", false),
                properties.getString("certificate"),
                item.getString("etag"));
    }
}
