package io.drover.simulator.cloud;

import io.drover.simulator.cloud.fault.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How the emulated cloud runs. Everything listens on 127.0.0.1 unless told otherwise; port 0 takes any free one.
 *
 * @param timeCompression 1 to 100; multiplies the documented rates and divides the times to wait
 * @param assignmentTime from a DPS register request to the assignment
 * @param quotasEnforced whether callers over a documented rate are refused; may be switched later
 * @param faults what goes wrong from the start
 * @param gates whether listeners stand behind gates, which faults of TCP connections need
 * @param gateways processes that take the devices' MQTT connections; 0 for this process alone
 * @param listen address of this machine where MQTT, HTTPS and the control API listen
 */
public record CloudOptions(
        Names names,
        int httpsPort,
        int mqttPort,
        int amqpPort,
        int controlPort,
        Path dataDirectory,
        int timeCompression,
        boolean quotasEnforced,
        Duration assignmentTime,
        List<Fault> faults,
        boolean gates,
        int gateways,
        String listen) {
    public static final String HOST = "127.0.0.1";

    /** Nothing goes wrong, and no gates. */
    public CloudOptions(
            Names names,
            int httpsPort,
            int mqttPort,
            int amqpPort,
            int controlPort,
            Path dataDirectory,
            int timeCompression,
            boolean quotasEnforced,
            Duration assignmentTime) {
        this(
                names,
                httpsPort,
                mqttPort,
                amqpPort,
                controlPort,
                dataDirectory,
                timeCompression,
                quotasEnforced,
                assignmentTime,
                List.of(),
                false,
                0,
                HOST);
    }

    /** The same with faults from the start. */
    public CloudOptions withFaults(List<Fault> plan, boolean behindGates) {
        return new CloudOptions(
                names,
                httpsPort,
                mqttPort,
                amqpPort,
                controlPort,
                dataDirectory,
                timeCompression,
                quotasEnforced,
                assignmentTime,
                List.copyOf(plan),
                behindGates,
                gateways,
                listen);
    }

    /** Free ports, compression 1, quotas enforced. */
    public static CloudOptions ephemeral(Path dataDirectory) {
        return new CloudOptions(
                new Names(Names.DEFAULT_SUFFIX), 0, 0, 0, 0, dataDirectory, 1, true, Duration.ofMillis(200));
    }

    public CloudOptions withTimeCompression(int factor) {
        return new CloudOptions(
                names,
                httpsPort,
                mqttPort,
                amqpPort,
                controlPort,
                dataDirectory,
                factor,
                quotasEnforced,
                assignmentTime,
                faults,
                gates,
                gateways,
                listen);
    }

    /** The same with so many gateways. */
    public CloudOptions withGateways(int count) {
        return new CloudOptions(
                names,
                httpsPort,
                mqttPort,
                amqpPort,
                controlPort,
                dataDirectory,
                timeCompression,
                quotasEnforced,
                assignmentTime,
                faults,
                gates,
                count,
                listen);
    }

    /** The same where MQTT, HTTPS and the control API listen on another address; what only this machine needs does not. */
    public CloudOptions withListen(String address) {
        return new CloudOptions(
                names,
                httpsPort,
                mqttPort,
                amqpPort,
                controlPort,
                dataDirectory,
                timeCompression,
                quotasEnforced,
                assignmentTime,
                faults,
                gates,
                gateways,
                address);
    }
}
