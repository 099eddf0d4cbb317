package io.drover.simulator.cluster;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What the processes of one fleet know and a stranger's does not. It never leaves the process: each side shows that it has it by a
 * keyed hash (HMAC-SHA256) over ids that both know and that no two processes share.
 */
public final class ClusterSecret {
    /** The environment variable that is looked at unless another is named. */
    public static final String VARIABLE = "DROVER_CLUSTER_SECRET";

    private static final String ALGORITHM = "HmacSHA256";
    private static final byte[] NONE = "no secret".getBytes(StandardCharsets.UTF_8);

    private final byte[] key;

    private ClusterSecret(byte[] key) {
        this.key = key;
    }

    /** The variable's value; where it is unset or empty, that of all who have none. */
    public static ClusterSecret of(Map<String, String> environment, String variable) {
        String value = environment.getOrDefault(variable, "").strip();
        return new ClusterSecret(value.isEmpty() ? NONE : value.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether there is one. */
    public boolean isGiven() {
        return key != NONE;
    }

    /** Shows to who has the same secret that this process has it; {@code purpose} and ids make it good for one exchange only. */
    public String proof(String purpose, String... ids) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            mac.update(purpose.getBytes(StandardCharsets.UTF_8));
            for (String id : ids) {
                mac.update((byte) 0);
                mac.update(id.getBytes(StandardCharsets.UTF_8));
            }
            return Base64.getEncoder().encodeToString(mac.doFinal());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java has " + ALGORITHM, impossible);
        }
    }

    /** Whether who gave the proof has the same secret. */
    public boolean isShownBy(String proof, String purpose, String... ids) {
        return proof != null
                && MessageDigest.isEqual(
                        proof.getBytes(StandardCharsets.UTF_8),
                        proof(purpose, ids).getBytes(StandardCharsets.UTF_8));
    }
}
