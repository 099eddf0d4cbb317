package io.drover.simulator.fleet.sdk;

import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClient;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientRegistrationResult;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientTransportProtocol;
import com.microsoft.azure.sdk.iot.provisioning.device.internal.exceptions.ProvisioningDeviceClientException;
import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProviderSymmetricKey;
import com.microsoft.azure.sdk.iot.provisioning.security.exceptions.SecurityProviderException;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;

/** Registers at the Device Provisioning Service through Microsoft's unmodified provisioning client, over MQTT. Methods block. */
public final class SdkRegistration {
    private static final int DEADLINE_MILLIS = 60_000;

    private final String host;
    private final SSLContext ssl;

    /** Registers at this global device provisioning host. */
    public SdkRegistration(String host, SSLContext ssl) {
        this.host = host;
        this.ssl = ssl;
    }

    /** The device's own key in base64, derived from its enrollment group's by Microsoft's code. */
    public static String deviceKey(String groupKey, String registrationId) {
        try {
            byte[] derived = SecurityProviderSymmetricKey.ComputeDerivedSymmetricKey(
                    groupKey.getBytes(StandardCharsets.UTF_8), registrationId);
            return new String(derived, StandardCharsets.US_ASCII);
        } catch (InvalidKeyException | NoSuchAlgorithmException unusable) {
            throw new IllegalArgumentException("the enrollment group's key cannot be used", unusable);
        }
    }

    /** What the service answered in the end; fails with Microsoft's exception when it refused, or when a minute has passed. */
    public ProvisioningDeviceClientRegistrationResult register(String idScope, String registrationId, String key)
            throws ProvisioningDeviceClientException, SecurityProviderException, InterruptedException {
        SecurityProviderSymmetricKey credential =
                new SecurityProviderSymmetricKey(key.getBytes(StandardCharsets.US_ASCII), registrationId) {
                    @Override
                    public SSLContext getSSLContext() {
                        return ssl;
                    }
                };
        ProvisioningDeviceClient client = ProvisioningDeviceClient.create(
                host, idScope, ProvisioningDeviceClientTransportProtocol.MQTT, credential);
        try {
            return client.registerDeviceSync(DEADLINE_MILLIS);
        } finally {
            client.close();
        }
    }
}
