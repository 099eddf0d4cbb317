package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.simulator.fleet.Defect;
import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.credential.CredentialKind;
import io.drover.simulator.fleet.credential.DeviceCredential;
import io.drover.simulator.fleet.credential.FleetAuthority;
import io.drover.simulator.fleet.credential.FleetSecrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What the owner of a fleet with certificates gives to the worker, as files in the work folder: of each enrollment group the
 * authority's certificate and key, of each device with an enrollment of its own its primary and then its secondary certificate.
 */
final class WorkerCredentials {
    private static final String FOLDER = "credentials";

    private final Path folder;
    private final Scenario scenario;
    private final FleetSecrets secrets;

    WorkerCredentials(Path workFolder, Scenario scenario) {
        this.folder = workFolder.resolve(FOLDER);
        this.scenario = scenario;
        this.secrets = new FleetSecrets(scenario.seed(), null);
    }

    /** Writes the files; the worker's {@code migration.credentials}, empty when the scenario has no certificates. */
    ObjectNode write() {
        ObjectNode configuration = JsonNodeFactory.instance.objectNode();
        try {
            Set<String> groups = new LinkedHashSet<>();
            for (Scenario.Group group : scenario.groups()) {
                if (group.credential() == CredentialKind.GROUP_CERTIFICATE
                        && group.defect() != Defect.AUTHORITY_WITHHELD) {
                    groups.add(group.enrollmentGroup());
                }
            }
            if (!groups.isEmpty()) {
                ArrayNode authorities = configuration.putArray("signingCertificates");
                for (String group : groups) {
                    authorities.add(authority(group));
                }
            }
            if (scenario.groups().stream().anyMatch(WorkerCredentials::isGiven)) {
                configuration.put("deviceCertificates", devices().toString());
            }
            return configuration;
        } catch (IOException unwritable) {
            throw new RehearsalException("The certificates cannot be written: " + unwritable, unwritable);
        }
    }

    private ObjectNode authority(String group) throws IOException {
        FleetAuthority authority = secrets.authority(group);
        Path certificate = Files.createDirectories(folder).resolve(group + ".pem");
        Path key = folder.resolve(group + "-key.pem");
        Files.writeString(certificate, Pem.of(authority.certificate()));
        writePrivately(key, Pem.of(authority.key()));
        return JsonNodeFactory.instance
                .objectNode()
                .put("group", group)
                .put("certificate", certificate.toString())
                .put("key", key.toString());
    }

    private static boolean isGiven(Scenario.Group group) {
        return group.credential() == CredentialKind.DEVICE_CERTIFICATE && group.defect() != Defect.CERTIFICATE_WITHHELD;
    }

    private Path devices() throws IOException {
        Path devices = Files.createDirectories(folder.resolve("devices"));
        for (int index = 0; index < scenario.devices(); index++) {
            if (isGiven(scenario.groupOf(index))) {
                StringBuilder both = new StringBuilder();
                for (DeviceCredential.Certificate certificate : secrets.deviceCertificates(scenario.deviceId(index))) {
                    both.append(Pem.of(certificate.own()));
                }
                Files.writeString(devices.resolve(scenario.deviceId(index) + ".pem"), both);
            }
        }
        return devices;
    }

    private static void writePrivately(Path file, String text) throws IOException {
        Files.deleteIfExists(file);
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(file, text, StandardCharsets.US_ASCII);
    }
}
