package io.drover.worker.registration;

import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.device.DeviceCredential;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.FailureReason;
import io.drover.worker.registration.CredentialCheck.Finding;
import io.drover.worker.target.MigrationTarget;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What registration would find of single devices, for a plan: it reads at source and target and makes nothing. */
public final class CredentialPreview {
    private final CredentialCheck check;
    private final MigrationTarget target;

    public CredentialPreview(CredentialCheck check, MigrationTarget target) {
        this.check = check;
        this.target = target;
    }

    /**
     * What was found.
     *
     * @param looked what each device proves itself with, by id; null where nothing shows it
     * @param refused why a device cannot be moved, by id
     */
    public record Preview(Map<String, DeviceCredential> looked, Map<String, FailureReason> refused) {}

    /** Whether registration asks the source about this device. */
    public boolean isLookedAt(DeviceRow device) {
        return check.isLookedAt(device);
    }

    /** Looks at each of these devices, at most a page; fails when source or target did not tell of one. */
    public Future<Preview> of(List<DeviceRow> devices) {
        return check.look(devices).compose(findings -> {
            Map<String, DeviceCredential> looked = new HashMap<>();
            Map<String, FailureReason> refused = new HashMap<>();
            Map<String, DeviceAttestation> own = new HashMap<>();
            for (Finding finding : findings) {
                String id = finding.device().deviceId();
                looked.put(id, finding.credential());
                if (finding.refusal() != null) {
                    refused.put(id, finding.refusal());
                } else if (finding.own() != null) {
                    own.put(id, finding.own());
                }
            }
            return target.conflicts(own).map(conflicts -> {
                refused.putAll(conflicts);
                return new Preview(looked, refused);
            });
        });
    }
}
