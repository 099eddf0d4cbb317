package io.drover.simulator.cluster.coordinator;

import io.drover.simulator.cluster.Assignment;
import io.drover.simulator.cluster.ClusterAddress;
import io.drover.simulator.cluster.ClusterException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options that say where the cloud is, as the members see it, and which of its devices are meant. */
final class CloudPlace {
    @Option(names = "--control", required = true, description = "Control URL of the cloud, http://HOST:PORT")
    URI control;

    @Option(
            names = "--cloud-host",
            defaultValue = ClusterAddress.LOOPBACK,
            description =
                    "Machine of the cloud as members see it, where its MQTT and HTTPS are (default: ${DEFAULT-VALUE})")
    String host;

    @Option(
            names = "--https-port",
            defaultValue = "443",
            description = "HTTPS port of the cloud, where devices with a TPM register")
    int httpsPort;

    @Option(names = "--mqtt-port", required = true, description = "MQTT-TLS port of the cloud")
    int mqttPort;

    @Option(
            names = "--ca",
            required = true,
            description = "CA certificate of the cloud, PEM; members are sent its text")
    Path ca;

    @Option(names = "--suffix", defaultValue = "test", description = "Last part of the emulated host names")
    String suffix;

    @Option(names = "--application", description = "Subdomain of the devices' IoT Central application")
    String application;

    @Option(names = "--provisioning-service", description = "DPS of the devices, for a fleet of an IoT hub")
    String provisioningService;

    @Option(names = "--enrollment-group", description = "Enrollment group of the devices in that DPS")
    String enrollmentGroup;

    Assignment.Cloud cloud() {
        return new Assignment.Cloud(control.toString(), host, httpsPort, mqttPort, suffix);
    }

    Assignment.Source source() throws ClusterException {
        if ((application == null) == (provisioningService == null)
                || (provisioningService == null) != (enrollmentGroup == null)) {
            throw new ClusterException(
                    "name the devices' --application, or their --provisioning-service and --enrollment-group");
        }
        return new Assignment.Source(application, provisioningService, enrollmentGroup);
    }

    String authority() throws ClusterException {
        try {
            return Files.readString(ca);
        } catch (IOException unreadable) {
            throw new ClusterException(
                    "CA certificate " + ca + " cannot be read; give --ca the file the cloud names when ready",
                    unreadable);
        }
    }
}
