package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a benchmark starts an emulated cloud, quotas off, and a fleet of obedient devices with. */
final class BenchArguments {
    private BenchArguments() {}

    /** The scenario's file; its devices' ids begin with {@code bench-}. */
    static String scenario(int devices, int timeCompression, int telemetrySeconds, int connectRate) {
        return """
                name: bench
                devices: %d
                seed: 1
                timeCompression: %d
                deviceId: "bench-%%06d"
                telemetryInterval: %ds
                connectRate: %d
                groups:
                  - { name: all, weight: 1, behaviour: { type: obedient } }
                """.formatted(devices, timeCompression, telemetrySeconds, connectRate);
    }

    /** @param gateways null for as many as so many devices need */
    static List<String> cloud(Path work, int timeCompression, int devices, Integer gateways) {
        List<String> arguments = new ArrayList<>(List.of(
                "cloud",
                "--data-dir=" + work.resolve("cloud"),
                "--no-quotas",
                "--time-compression=" + timeCompression,
                "--expected-devices=" + devices,
                "--ready-line",
                "--stop-with-stdin"));
        if (gateways != null) {
            arguments.add("--gateways=" + gateways);
        }
        return arguments;
    }

    /**
     * Without where the devices begin, which each direction says in its own way.
     *
     * @param ready what the cloud said when it was
     * @param processes null for as many as the devices need
     */
    static List<String> fleet(JsonNode ready, Path scenario, Integer processes) {
        List<String> arguments = new ArrayList<>(List.of(
                "fleet",
                "--control=http://127.0.0.1:" + ready.path("controlPort").asInt(),
                "--https-port=" + ready.path("httpsPort").asInt(),
                "--mqtt-port=" + ready.path("mqttPort").asInt(),
                "--ca=" + ready.path("caCertificate").asText(),
                "--scenario=" + scenario,
                "--ready-line",
                "--stop-with-stdin"));
        if (processes != null) {
            arguments.add("--processes=" + processes);
        }
        return arguments;
    }
}
