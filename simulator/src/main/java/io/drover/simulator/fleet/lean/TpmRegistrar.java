package io.drover.simulator.fleet.lean;

import io.drover.simulator.fleet.credential.SymmetricKeys;
import io.drover.simulator.fleet.device.DeviceFailure;
import io.drover.simulator.tpm.SoftwareTpm;
import io.drover.simulator.tpm.TpmFormatException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.function.Supplier;

/**
 * Registers devices that have a TPM at the Device Provisioning Service, over HTTPS as documented for them: the challenge, the
 * registration signed with the key in it, and the key for the hub. Thread-safe; a TPM's work is done on worker threads.
 */
public final class TpmRegistrar {
    private static final String API_VERSION = "?api-version=2021-10-01";
    private static final Duration TOKEN_LIFE = Duration.ofHours(1);
    private static final int DEFAULT_RETRY_SECONDS = 2;
    private static final int MOST_RETRY_SECONDS = 60;
    private static final int CALL_MILLIS = 30_000;
    private static final int HTTPS = 443;

    private final Vertx vertx;
    private final WebClient client;
    private final SocketAddress server;
    private final Clock clock;
    private final String hostName;
    private final Duration deadline;

    /**
     * Registers at one host; only the given authority is trusted.
     *
     * @param server where it is, whatever its name
     * @param deadline how long one registration may take with all its waiting
     */
    public TpmRegistrar(
            Vertx vertx,
            SocketAddress server,
            String caCertificatePath,
            Clock clock,
            String hostName,
            Duration deadline) {
        this.vertx = vertx;
        this.server = server;
        this.client = WebClient.create(
                vertx,
                new WebClientOptions()
                        .setSsl(true)
                        .setVerifyHost(true)
                        .setTrustOptions(new PemTrustOptions().addCertPath(caCertificatePath)));
        this.clock = clock;
        this.hostName = hostName;
        this.deadline = deadline;
    }

    /** Completes with the assigned hub's host name, and the TPM has the key for it. Fails as {@link Registrar#register}. */
    Future<String> register(String idScope, String registrationId, SoftwareTpm tpm) {
        return new Exchange(idScope, registrationId, tpm).run();
    }

    /** One registration; on the event loop that asked for it. */
    private final class Exchange {
        private final String idScope;
        private final String registrationId;
        private final SoftwareTpm tpm;
        private final JsonObject body;
        private final Instant end = clock.instant().plus(deadline);
        private String token;

        Exchange(String idScope, String registrationId, SoftwareTpm tpm) {
            this.idScope = idScope;
            this.registrationId = registrationId;
            this.tpm = tpm;
            this.body = new JsonObject()
                    .put("registrationId", registrationId)
                    .put(
                            "tpm",
                            new JsonObject()
                                    .put("endorsementKey", tpm.endorsementKey().base64())
                                    .put("storageRootKey", tpm.storageRootKey().base64()));
        }

        Future<String> run() {
            return patiently(() -> call(HttpMethod.PUT, "/register", body))
                    .compose(this::challenged)
                    .compose(signed -> patiently(() -> call(HttpMethod.PUT, "/register", body)))
                    .compose(this::progress);
        }

        private Future<Void> challenged(HttpResponse<Buffer> answer) {
            String key = json(answer).getString("authenticationKey");
            if (answer.statusCode() != 401 || key == null) {
                return Future.failedFuture(new DeviceFailure("dps", answer.statusCode()));
            }
            return activate(key)
                    .onSuccess(activated -> token = SymmetricKeys.provisioningToken(
                            idScope, registrationId, tpm::sign, clock.instant().plus(TOKEN_LIFE)));
        }

        private Future<String> progress(HttpResponse<Buffer> answer) {
            JsonObject told = json(answer);
            String status = told.getString("status", "");
            if (answer.statusCode() >= 300) {
                return Future.failedFuture(new DeviceFailure("dps", answer.statusCode()));
            }
            if (answer.statusCode() == 202 || status.equals("assigning")) {
                String operation = told.getString("operationId");
                return later(answer)
                        .compose(due -> patiently(() -> call(HttpMethod.GET, "/operations/" + operation, null)))
                        .compose(this::progress);
            }
            JsonObject state = told.getJsonObject("registrationState", new JsonObject());
            String hub = state.getString("assignedHub");
            String key = state.getJsonObject("tpm", new JsonObject()).getString("authenticationKey");
            return status.equals("assigned") && hub != null && key != null
                    ? activate(key).map(hub)
                    : Future.failedFuture(new DeviceFailure(status.equals("disabled") ? "dps-disabled" : "dps-failed"));
        }

        private Future<Void> activate(String base64) {
            return vertx.executeBlocking(
                            () -> {
                                tpm.activate(Base64.getDecoder().decode(base64));
                                return null;
                            },
                            false)
                    .recover(failure -> Future.failedFuture(
                            failure instanceof TpmFormatException || failure instanceof IllegalArgumentException
                                    ? new DeviceFailure("tpm-refused")
                                    : failure))
                    .mapEmpty();
        }

        private Future<HttpResponse<Buffer>> call(HttpMethod method, String operation, JsonObject sent) {
            String path = "/" + idScope + "/registrations/" + registrationId + operation + API_VERSION;
            HttpRequest<Buffer> request =
                    client.request(method, server, HTTPS, hostName, path).timeout(CALL_MILLIS);
            if (token != null) {
                request.putHeader("Authorization", token);
            }
            return sent == null ? request.send() : request.sendJsonObject(sent);
        }

        /** Tries again when the service has no time. */
        private Future<HttpResponse<Buffer>> patiently(Supplier<Future<HttpResponse<Buffer>>> call) {
            return call.get()
                    .compose(answer -> answer.statusCode() == 429 || answer.statusCode() >= 500
                            ? later(answer).compose(due -> patiently(call))
                            : Future.succeededFuture(answer));
        }

        private Future<Void> later(HttpResponse<Buffer> answer) {
            if (clock.instant().isAfter(end)) {
                return Future.failedFuture(new DeviceFailure("dps-timeout"));
            }
            int seconds = DEFAULT_RETRY_SECONDS;
            try {
                seconds = Integer.parseInt(String.valueOf(answer.getHeader("Retry-After")));
            } catch (NumberFormatException untold) {
                // Then as long as by default.
            }
            return vertx.timer(Math.max(1, Math.min(MOST_RETRY_SECONDS, seconds) * 1_000L))
                    .mapEmpty();
        }

        private JsonObject json(HttpResponse<Buffer> answer) {
            try {
                JsonObject json = answer.body() == null ? null : answer.bodyAsJsonObject();
                return json == null ? new JsonObject() : json;
            } catch (DecodeException | ClassCastException noJson) {
                return new JsonObject();
            }
        }
    }
}
