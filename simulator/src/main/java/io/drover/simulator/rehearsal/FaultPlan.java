package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.StringJoiner;

/** The faults of a scenario, switched on in the emulated cloud once its fleet is connected. Methods block. */
final class FaultPlan {
    private final ControlClient cloud;
    private final JsonNode faults;

    FaultPlan(ControlClient cloud, JsonNode faults) {
        this.cloud = cloud;
        this.faults = faults;
    }

    /** Their windows and counts begin now. Fails with a {@link RehearsalException} that names a mistake. */
    void switchOn() {
        for (JsonNode fault : faults) {
            ObjectNode settings = fault.deepCopy();
            String name = settings.path("name").asText(settings.path("fault").asText());
            settings.remove("name");
            cloud.put("/control/faults/" + URLEncoder.encode(name, StandardCharsets.UTF_8), settings);
        }
    }

    /** How often each struck; empty when there are none. */
    Optional<String> summary() {
        if (faults.isEmpty()) {
            return Optional.empty();
        }
        StringJoiner struck = new StringJoiner(", ", "Faults that struck: ", ".");
        cloud.get("/control/faults")
                .path("on")
                .forEach(fault -> struck.add(
                        fault.path("name").asText() + " " + fault.path("struck").asText()));
        return Optional.of(struck.toString());
    }
}
