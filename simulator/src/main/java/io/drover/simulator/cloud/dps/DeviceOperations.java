package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a device can ask for, whatever it speaks: register, poll, look up. Answers hold status, retry-after and body; nothing is
 * thrown. Thread-safe.
 */
final class DeviceOperations {
    private static final int DOCUMENTED_RETRY_AFTER_SECONDS = 3;
    private static final Logger LOG = LoggerFactory.getLogger(DeviceOperations.class);

    private final Function<String, Optional<ProvisioningService>> byIdScope;
    private final Quotas quotas;
    private final Clock clock;

    DeviceOperations(Function<String, Optional<ProvisioningService>> byIdScope, Quotas quotas, Clock clock) {
        this.byIdScope = byIdScope;
        this.quotas = quotas;
        this.clock = clock;
    }

    /** Who asks: nothing of it is checked before an operation. */
    record Caller(String idScope, String registrationId, DeviceProof proof) {}

    /**
     * An answer.
     *
     * @param operationId of a registration under way, else null
     * @param errorCode 0 unless refused
     */
    record Reply(int status, OptionalLong retryAfter, String operationId, int errorCode, JsonObject body) {}

    /** As {@link #register}; a TPM that has not signed gets a challenge instead (TpmChallenge), as documented for HTTPS. */
    Reply registerOrChallenge(Caller caller, Buffer body) {
        return guarded(() -> {
            ProvisioningService service = service(caller);
            Optional<TpmClaim> claim = caller.proof().token() == null ? claim(parse(body)) : Optional.empty();
            return claim.isEmpty() ? register(caller, body) : challenge(service, caller.registrationId(), claim.get());
        });
    }

    private Reply challenge(ProvisioningService service, String registrationId, TpmClaim claim) {
        OptionalLong wait = tooMany(service);
        if (wait.isPresent()) {
            return throttled(wait);
        }
        JsonObject challenge = new JsonObject()
                .put("message", "Authorization required: sign with the key that the TPM holds.")
                .put("authenticationKey", service.challenge(registrationId, claim))
                .put("keyName", TpmKeys.KEY_NAME);
        ProvisioningError unauthorized = ProvisioningError.UNAUTHORIZED;
        return new Reply(unauthorized.httpStatus(), OptionalLong.empty(), null, unauthorized.code(), challenge);
    }

    private static Optional<TpmClaim> claim(JsonObject request) {
        JsonObject tpm = JsonFields.object(request, "tpm");
        String endorsementKey = tpm == null ? null : JsonFields.string(tpm, "endorsementKey", null);
        return endorsementKey == null
                ? Optional.empty()
                : Optional.of(new TpmClaim(endorsementKey, JsonFields.string(tpm, "storageRootKey", null)));
    }

    private OptionalLong tooMany(ProvisioningService service) {
        return quotas.tryAcquire(
                service.name() == null ? AzureLimit.CENTRAL_REGISTRATIONS : AzureLimit.DPS_REGISTRATIONS,
                service.idScope());
    }

    /** Registers; the body is DeviceRegistration. */
    Reply register(Caller caller, Buffer body) {
        return guarded(() -> {
            ProvisioningService service = service(caller);
            JsonObject request = parse(body);
            if (!caller.registrationId().equalsIgnoreCase(String.valueOf(request.getValue("registrationId")))) {
                throw new ProvisioningException(
                        ProvisioningError.BAD_REQUEST, "The registrationId of the body is not the caller's.");
            }
            OptionalLong wait = tooMany(service);
            if (wait.isPresent()) {
                return throttled(wait);
            }
            DeviceProof proof = claim(request).map(caller.proof()::with).orElse(caller.proof());
            Object payload = request.getValue("payload");
            Registration registration = service.register(
                    caller.registrationId(), proof, payload instanceof JsonObject object ? object : null);
            return progress(service, registration, proof);
        });
    }

    /** Polls an operation. */
    Reply poll(Caller caller, String operationId) {
        return guarded(() -> {
            ProvisioningService service = service(caller);
            Registration registration = service.poll(caller.registrationId(), caller.proof(), operationId);
            OptionalLong wait = tooSoon(service, caller);
            return wait.isPresent() ? throttled(wait) : progress(service, registration, caller.proof());
        });
    }

    /** The state of the latest registration; counts as a poll. */
    Reply lookUp(Caller caller) {
        return guarded(() -> {
            ProvisioningService service = service(caller);
            Registration registration = service.lookUp(caller.registrationId(), caller.proof())
                    .orElseThrow(() -> new ProvisioningException(ProvisioningError.REGISTRATION_NOT_FOUND));
            OptionalLong wait = tooSoon(service, caller);
            return wait.isPresent()
                    ? throttled(wait)
                    : new Reply(
                            200,
                            OptionalLong.empty(),
                            null,
                            0,
                            RegistrationJson.result(
                                    registration,
                                    caller.proof(),
                                    service.authenticationKey(registration),
                                    clock.instant()));
        });
    }

    private Reply guarded(Supplier<Reply> operation) {
        try {
            return operation.get();
        } catch (ProvisioningException refusal) {
            return refused(refusal, OptionalLong.empty());
        } catch (RuntimeException unexpected) {
            LOG.error("A device's request failed", unexpected);
            return refused(new ProvisioningException(ProvisioningError.INTERNAL), OptionalLong.empty());
        }
    }

    private ProvisioningService service(Caller caller) {
        return byIdScope
                .apply(caller.idScope())
                .orElseThrow(() -> new ProvisioningException(ProvisioningError.UNAUTHORIZED));
    }

    private OptionalLong tooSoon(ProvisioningService service, Caller caller) {
        OptionalLong wait = quotas.enforced()
                ? service.tryPoll(caller.registrationId(), quotas.timeCompression())
                : OptionalLong.empty();
        if (wait.isPresent()) {
            quotas.countRefusal(AzureLimit.DPS_STATUS_POLLS);
        }
        return wait;
    }

    private Reply progress(ProvisioningService service, Registration registration, DeviceProof proof) {
        Instant now = clock.instant();
        JsonObject body = RegistrationJson.operation(registration, proof, service.authenticationKey(registration), now);
        return registration.statusAt(now) == RegistrationStatus.ASSIGNING
                ? new Reply(202, OptionalLong.of(retryAfter()), registration.operationId(), 0, body)
                : new Reply(200, OptionalLong.empty(), null, 0, body);
    }

    private long retryAfter() {
        long compression = quotas.timeCompression();
        return (DOCUMENTED_RETRY_AFTER_SECONDS + compression - 1) / compression;
    }

    private Reply throttled(OptionalLong wait) {
        return refused(new ProvisioningException(ProvisioningError.THROTTLED), wait);
    }

    private Reply refused(ProvisioningException refusal, OptionalLong retryAfter) {
        return new Reply(
                refusal.error().httpStatus(),
                retryAfter,
                null,
                refusal.error().code(),
                DpsErrorBody.of(refusal, clock.instant()));
    }

    private static JsonObject parse(Buffer body) {
        try {
            if (body != null && body.length() > 0) {
                return body.toJsonObject();
            }
        } catch (DecodeException | ClassCastException malformed) {
            LOG.debug("Malformed body: {}", malformed.toString());
        }
        throw new ProvisioningException(ProvisioningError.BAD_REQUEST, "The body is not a JSON object.");
    }
}
