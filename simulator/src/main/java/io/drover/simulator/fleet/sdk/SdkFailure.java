package io.drover.simulator.fleet.sdk;

import com.microsoft.azure.sdk.iot.device.IotHubStatusCode;
import com.microsoft.azure.sdk.iot.device.exceptions.IotHubClientException;
import com.microsoft.azure.sdk.iot.provisioning.device.internal.exceptions.ProvisioningDeviceClientException;
import io.drover.simulator.fleet.device.DeviceFailure;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Microsoft's exceptions as the short reasons a fleet counts. */
final class SdkFailure {
    /** DPS error codes are an HTTP status and three digits more; the client hands them on inside its text only. */
    private static final Pattern ERROR_CODE = Pattern.compile("\\b([45]\\d\\d)\\d{3}\\b");

    private static final int CAUSES = 8;

    private SdkFailure() {}

    /** "dps-401" and the like when the service told, "dps-client" when it did not, "hub-" and the hub client's status, else as any failure. */
    static DeviceFailure of(Throwable failure) {
        if (failure instanceof DeviceFailure told) {
            return told;
        }
        if (failure instanceof IotHubClientException hub) {
            String status = hub.getStatusCode().name().toLowerCase(Locale.ROOT).replace('_', '-');
            return new DeviceFailure("hub-" + status);
        }
        if (failure instanceof ProvisioningDeviceClientException) {
            return provisioning(failure);
        }
        return new DeviceFailure(failure instanceof TimeoutException ? "timeout" : DeviceFailure.reasonOf(failure));
    }

    /** Whether a hub did not take the device's credentials. */
    static boolean isUnauthorized(Throwable failure) {
        return failure instanceof IotHubClientException hub && hub.getStatusCode() == IotHubStatusCode.UNAUTHORIZED;
    }

    private static DeviceFailure provisioning(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < CAUSES; depth++, cause = cause.getCause()) {
            Matcher code = ERROR_CODE.matcher(String.valueOf(cause.getMessage()));
            if (code.find()) {
                return new DeviceFailure("dps", Integer.parseInt(code.group(1)));
            }
        }
        return new DeviceFailure("dps-client");
    }
}
