package io.drover.simulator.fleet.sdk;

import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClient;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientRegistrationResult;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientTransportProtocol;
import com.microsoft.azure.sdk.iot.provisioning.device.internal.exceptions.ProvisioningDeviceClientException;
import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProvider;
import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProviderSymmetricKey;
import com.microsoft.azure.sdk.iot.provisioning.security.exceptions.SecurityProviderException;
import com.microsoft.azure.sdk.iot.provisioning.security.hsm.SecurityProviderX509Cert;
import io.drover.simulator.fleet.credential.DeviceCredential;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;

/** Registers at the Device Provisioning Service through Microsoft's unmodified provisioning client, over MQTT. Methods block. */
public final class SdkRegistration {
    private static final int DEADLINE_MILLIS = 60_000;

    private final String host;
    private final ConnectToSslContext ssl;

    /** Registers at this global device provisioning host. */
    public SdkRegistration(String host, ConnectToSslContext ssl) {
        this.host = host;
        this.ssl = ssl;
    }

    /** What the service answered in the end; fails with Microsoft's exception when it refused, or when a minute has passed. */
    public ProvisioningDeviceClientRegistrationResult register(
            String idScope, String registrationId, DeviceCredential credential)
            throws ProvisioningDeviceClientException, SecurityProviderException, GeneralSecurityException, IOException,
                    InterruptedException {
        ProvisioningDeviceClient client = ProvisioningDeviceClient.create(
                host,
                idScope,
                ProvisioningDeviceClientTransportProtocol.MQTT,
                provider(registrationId, credential, ssl.showing(credential)));
        try {
            return client.registerDeviceSync(DEADLINE_MILLIS);
        } finally {
            client.close();
        }
    }

    private static SecurityProvider provider(String registrationId, DeviceCredential credential, SSLContext own)
            throws SecurityProviderException {
        if (credential instanceof DeviceCredential.Certificate certificate) {
            return new SecurityProviderX509Cert(
                    certificate.own(),
                    certificate.key(),
                    certificate.chain().subList(1, certificate.chain().size())) {
                @Override
                public SSLContext getSSLContext() {
                    return own;
                }
            };
        }
        String key = ((DeviceCredential.Key) credential).base64();
        return new SecurityProviderSymmetricKey(key.getBytes(StandardCharsets.US_ASCII), registrationId) {
            @Override
            public SSLContext getSSLContext() {
                return own;
            }
        };
    }
}
