package io.drover.simulator.fleet.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.azure.sdk.iot.device.IotHubStatusCode;
import com.microsoft.azure.sdk.iot.device.exceptions.IotHubClientException;
import com.microsoft.azure.sdk.iot.provisioning.device.internal.exceptions.ProvisioningDeviceClientException;
import com.microsoft.azure.sdk.iot.provisioning.device.internal.exceptions.ProvisioningDeviceHubException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class SdkFailureTest {
    @Test
    void aRefusalOfTheProvisioningServiceIsCountedByItsStatus() {
        Exception refused = new ProvisioningDeviceClientException(
                new ProvisioningDeviceHubException("{\"errorCode\":401002,\"message\":\"Unauthorized\"}"));

        assertThat(SdkFailure.of(refused)).hasMessage("dps-401");
    }

    @Test
    void aFailureOfTheProvisioningClientItselfCarriesNoStatus() {
        assertThat(SdkFailure.of(new ProvisioningDeviceClientException("no answer in 60000 ms")))
                .hasMessage("dps-client");
    }

    @Test
    void aRefusalOfTheHubIsCountedByTheClientsStatus() {
        IotHubClientException refused = new IotHubClientException(IotHubStatusCode.UNAUTHORIZED, "for a secret reason");

        assertThat(SdkFailure.of(refused)).hasMessage("hub-unauthorized");
        assertThat(SdkFailure.isUnauthorized(refused)).isTrue();
        assertThat(SdkFailure.of(new IotHubClientException(IotHubStatusCode.DEVICE_OPERATION_TIMED_OUT)))
                .hasMessage("hub-device-operation-timed-out");
    }

    @Test
    void aMissedDeadlineIsATimeoutWhoeverSetIt() {
        assertThat(SdkFailure.of(new TimeoutException("after 20 seconds"))).hasMessage("timeout");
    }
}
