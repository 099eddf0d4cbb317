package io.drover.worker.dispatch;

import io.drover.worker.azure.AzureException;
import io.drover.worker.device.Evidence;
import io.drover.worker.device.EvidenceKind;
import io.drover.worker.source.MoveReply;
import java.time.Instant;

/** Says what an answer, or the lack of one, proves about the device. */
final class CommandOutcome {
    private CommandOutcome() {}

    /** The device's own status: 2xx means it will try to move; 404 that it knows no such method. */
    static Evidence of(MoveReply answer, int attempt, Instant at) {
        int status = answer.status();
        if (status >= 200 && status < 300) {
            return Evidence.accepted(at, attempt, "status " + status);
        }
        return status == 404 ? Evidence.noHandler(at, attempt, "status 404") : Evidence.refused(at, attempt, status);
    }

    static Evidence of(Throwable failure, int attempt, Instant at) {
        if (!(failure instanceof AzureException refused)) {
            return Evidence.unknownOutcome(at, attempt, failure.getClass().getSimpleName());
        }
        String detail = refused.status() + " " + refused.code();
        if (refused.status() == 404) {
            return notFound(refused, attempt, at, detail);
        }
        if (isOneOf(refused, "403012", "DeviceDisabled")) {
            return Evidence.notCarriedOut(EvidenceKind.DISABLED, at, attempt, detail);
        }
        return switch (refused.status()) {
            case 429 -> Evidence.notCarriedOut(EvidenceKind.THROTTLED, at, attempt, detail);
            case 401, 403 -> Evidence.notCarriedOut(EvidenceKind.FORBIDDEN, at, attempt, detail);
            default -> Evidence.unknownOutcome(at, attempt, detail);
        };
    }

    private static Evidence notFound(AzureException refused, int attempt, Instant at, String detail) {
        if (isOffline(refused)) {
            return Evidence.offline(at, attempt, detail);
        }
        // The connection ended while the method was under way: the device may have moved.
        return isOneOf(refused, "404104", "DeviceConnectionClosedRemotely")
                ? Evidence.unknownOutcome(at, attempt, detail)
                : Evidence.deviceUnknown(at, attempt, detail);
    }

    private static boolean isOneOf(AzureException refused, String number, String name) {
        return refused.code().equals(number) || refused.code().equals(name);
    }

    private static boolean isOffline(AzureException refused) {
        return isOneOf(refused, "404103", "DeviceNotOnline")
                || refused.code().equals("DeviceNotConnected")
                || refused.getMessage().contains("waiting for device to connect");
    }
}
