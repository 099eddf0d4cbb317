package io.drover.simulator.fleet.credential;

import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.tpm.SoftwareTpm;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keys and certificates of a scenario's devices. All but the keys of the source's own enrollment group come from the seed, so that
 * the fleet and whoever enrolls its devices agree without talking. Thread-safe; a certificate costs about a millisecond, a TPM a hundred.
 */
public final class FleetSecrets {
    private static final int KEY_BYTES = 32;
    private static final int SECONDARY_IN = 4;

    /** The two keys of a device or of an enrollment group, in base64. */
    public record Keys(String primary, String secondary) {
        @Override
        public String toString() {
            return "Keys[]";
        }
    }

    private final long seed;
    private final String sourceGroupKey;
    private final Map<String, FleetAuthority> authorities = new ConcurrentHashMap<>();

    /** @param sourceGroupKey primary key of the source's own enrollment group in base64; null when no device of it is asked for */
    public FleetSecrets(long seed, String sourceGroupKey) {
        this.seed = seed;
        this.sourceGroupKey = sourceGroupKey;
    }

    /** What the device of this group uses. */
    public DeviceCredential of(Scenario.Group group, int index, String deviceId) {
        return switch (group.credential()) {
            case GROUP_KEY -> new DeviceCredential.Key(SymmetricKeys.derive(groupKey(group), deviceId));
            case DEVICE_KEY -> {
                Keys keys = deviceKeys(deviceId);
                yield new DeviceCredential.Key(usesSecondary(deviceId) ? keys.secondary() : keys.primary());
            }
            case GROUP_CERTIFICATE -> groupCertificate(group.enrollmentGroup(), deviceId);
            case DEVICE_CERTIFICATE -> deviceCertificates(deviceId).get(usesSecondary(deviceId) ? 1 : 0);
            case TPM -> new DeviceCredential.Tpm(tpm(deviceId));
        };
    }

    /** Of the same kind and for the same device, and good for nothing. */
    public DeviceCredential wrong(DeviceCredential right, String deviceId) {
        if (right instanceof DeviceCredential.Key key) {
            return new DeviceCredential.Key(SymmetricKeys.derive(key.base64(), deviceId));
        }
        return right instanceof DeviceCredential.Tpm
                ? new DeviceCredential.Tpm(SeededTpm.of(bits("stranger tpm", deviceId)))
                : selfSigned(deviceId, "stranger");
    }

    /** The keys of an enrollment group beside the source's own. */
    public Keys groupKeys(String enrollmentGroup) {
        return keys("group", enrollmentGroup);
    }

    /** The two keys of a device that has an enrollment of its own. */
    public Keys deviceKeys(String deviceId) {
        return keys("device", deviceId);
    }

    /** The authority that an enrollment group trusts. */
    public FleetAuthority authority(String enrollmentGroup) {
        return authorities.computeIfAbsent(enrollmentGroup, name -> {
            SeededCertificate root =
                    SeededCertificate.selfSigned("Fleet root " + name, true, bits("root", enrollmentGroup));
            return new FleetAuthority(
                    root, root.issue("Fleet plant " + name, true, bits("intermediate", enrollmentGroup)));
        });
    }

    /** The primary and the secondary certificate of a device that has an enrollment of its own; both name it as subject and issuer. */
    public List<DeviceCredential.Certificate> deviceCertificates(String deviceId) {
        return List.of(selfSigned(deviceId, "primary"), selfSigned(deviceId, "secondary"));
    }

    /** The TPM of a device; making it costs a tenth of a second. */
    public SoftwareTpm tpm(String deviceId) {
        return SeededTpm.of(bits("tpm", deviceId));
    }

    private DeviceCredential.Certificate groupCertificate(String enrollmentGroup, String deviceId) {
        return authority(enrollmentGroup).issue(deviceId, bits("leaf " + enrollmentGroup, deviceId));
    }

    private DeviceCredential.Certificate selfSigned(String deviceId, String slot) {
        SeededCertificate own = SeededCertificate.selfSigned(deviceId, false, bits(slot + " certificate", deviceId));
        return new DeviceCredential.Certificate(own.privateKey(), List.of(own.certificate()));
    }

    private String groupKey(Scenario.Group group) {
        String key = group.enrollmentGroup() == null
                ? sourceGroupKey
                : groupKeys(group.enrollmentGroup()).primary();
        if (key == null) {
            throw new IllegalStateException("the key of the source's own enrollment group is not known here");
        }
        return key;
    }

    private boolean usesSecondary(String deviceId) {
        return Math.floorMod(bits("slot", deviceId)[0], SECONDARY_IN) == 0;
    }

    private Keys keys(String purpose, String name) {
        byte[] bits = bits(purpose + " keys", name);
        return new Keys(base64(bits, 0), base64(bits, KEY_BYTES));
    }

    private static String base64(byte[] bits, int from) {
        return Base64.getEncoder().encodeToString(Arrays.copyOfRange(bits, from, from + KEY_BYTES));
    }

    private byte[] bits(String purpose, String name) {
        try {
            return MessageDigest.getInstance("SHA-512")
                    .digest((seed + "\n" + purpose + "\n" + name).getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java runtime has SHA-512", missing);
        }
    }

    @Override
    public String toString() {
        return "FleetSecrets[seed=" + seed + "]";
    }
}
