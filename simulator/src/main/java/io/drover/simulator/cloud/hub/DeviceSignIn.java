package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.sas.SasToken;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether a device may connect: by a SAS of its primary or secondary key or of a policy with DeviceConnect, by a client
 * certificate with one of its thumbprints, or by one that a trusted authority issued to its name.
 */
final class DeviceSignIn {
    private final Clock clock;

    /** How a device got in and until when. */
    record Grant(AuthMethod method, Instant until) {}

    DeviceSignIn(Clock clock) {
        this.clock = clock;
    }

    /** Empty when the device is disabled or what it shows does not open this hub; {@code password} may be null. */
    Optional<Grant> grant(Hub hub, HubDevice device, String password, List<X509Certificate> chain) {
        boolean enabled = device.enabled()
                && hub.device(device.deviceId()).filter(HubDevice::enabled).isPresent();
        if (!enabled) {
            return Optional.empty();
        }
        Optional<SasToken> token = SasToken.parse(password);
        return token.isPresent() ? bySas(token.get(), hub, device) : byCertificate(hub, device, chain);
    }

    private Optional<Grant> bySas(SasToken token, Hub hub, HubDevice device) {
        if (!token.expiry().isAfter(clock.instant())) {
            return Optional.empty();
        }
        boolean own = covers(token.resource(), resource(hub, device), true);
        if (token.keyName() == null) {
            boolean signed = own
                    && device.credential().kind() == DeviceCredential.Type.SAS
                    && token.signedBy(device.credential().symmetricKey());
            AuthMethod method = device.moduleId() == null ? AuthMethod.DEVICE_KEY : AuthMethod.MODULE_KEY;
            return signed ? Optional.of(new Grant(method, token.expiry())) : Optional.empty();
        }
        SharedAccessPolicy policy = hub.policies().get(token.keyName());
        boolean signed = policy != null
                && policy.rights().contains(AccessRight.DEVICE_CONNECT)
                && (own || covers(token.resource(), hub.hostName(), false))
                && token.signedBy(policy.key());
        return signed ? Optional.of(new Grant(AuthMethod.POLICY, token.expiry())) : Optional.empty();
    }

    private Optional<Grant> byCertificate(Hub hub, HubDevice device, List<X509Certificate> chain) {
        if (chain.isEmpty()) {
            return Optional.empty();
        }
        X509Certificate leaf = chain.get(0);
        boolean holds = switch (device.credential().kind()) {
            case SELF_SIGNED -> device.credential().matches(leaf) && TrustedAuthorities.isValid(leaf, clock.instant());
            case CERTIFICATE_AUTHORITY ->
                new TrustedAuthorities(hub.authorities()).vouchFor(chain, device.deviceId(), clock.instant());
            default -> false;
        };
        return holds
                ? Optional.of(
                        new Grant(AuthMethod.CERTIFICATE, leaf.getNotAfter().toInstant()))
                : Optional.empty();
    }

    private static String resource(Hub hub, HubDevice device) {
        String own = hub.hostName() + "/devices/" + device.deviceId();
        return device.moduleId() == null ? own : own + "/modules/" + device.moduleId();
    }

    /** Host names ignore case, ids do not; a client may have encoded the id once more, or written more behind it. */
    private static boolean covers(String resource, String own, boolean longer) {
        int slash = resource.indexOf('/');
        String normal = slash < 0
                ? resource.toLowerCase(Locale.ROOT)
                : resource.substring(0, slash).toLowerCase(Locale.ROOT) + resource.substring(slash);
        return PropertyBag.names(normal, own) || (longer && normal.startsWith(own + "/api-version="));
    }
}
