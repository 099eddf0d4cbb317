package io.drover.simulator.cluster;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A member's part: everything that a fleet of its range needs, files as their text, as the member may be on another machine.
 *
 * @param number of the member, from 1
 * @param scenario text of the scenario
 * @param load options that say how the devices of all members come
 * @param from first device index
 * @param to index after the last one
 * @param ca certificate of the cloud's authority, PEM
 * @param source application, or provisioning service and enrollment group, of the devices
 */
public record Assignment(
        int number,
        String scenario,
        int devices,
        long seed,
        List<String> load,
        int from,
        int to,
        String ca,
        Cloud cloud,
        Source source) {

    /** Where the cloud is, as members see it. */
    public record Cloud(String control, String host, int httpsPort, int mqttPort, String suffix) {}

    /** Application alone, or both others. */
    public record Source(String application, String provisioningService, String enrollmentGroup) {}

    /** As it goes over the event bus. */
    public JsonObject toJson() {
        return JsonObject.mapFrom(this);
    }

    /**
     * Reads what {@link #toJson()} gave.
     *
     * @throws IllegalArgumentException when it is something else
     */
    public static Assignment of(JsonObject json) {
        return json.mapTo(Assignment.class);
    }

    /** Writes its files into the folder; what {@code simulator.jar} is to be given then. */
    List<String> arguments(Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("scenario.yaml"), scenario);
        Path authority = Files.writeString(folder.resolve("ca.pem"), ca);
        List<String> arguments = new ArrayList<>(List.of(
                "fleet",
                "--control=" + cloud.control(),
                "--cloud-host=" + cloud.host(),
                "--https-port=" + cloud.httpsPort(),
                "--mqtt-port=" + cloud.mqttPort(),
                "--suffix=" + cloud.suffix(),
                "--ca=" + authority,
                "--scenario=" + file,
                "--devices=" + devices,
                "--seed=" + seed,
                "--from=" + from,
                "--to=" + to));
        arguments.addAll(load);
        if (source.application() != null) {
            arguments.add("--application=" + source.application());
        } else {
            arguments.add("--provisioning-service=" + source.provisioningService());
            arguments.add("--enrollment-group=" + source.enrollmentGroup());
        }
        return arguments;
    }
}
