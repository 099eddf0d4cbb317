package io.drover.worker.azure.arm;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class EffectivePermissionsTest {
    private static final String WRITE = "Microsoft.Devices/provisioningServices/enrollmentGroups/write";

    private static JsonObject entry(String key, String... patterns) {
        return new JsonObject().put(key, new JsonArray(List.of(patterns)));
    }

    private static EffectivePermissions of(JsonObject... entries) {
        return EffectivePermissions.of(List.of(entries));
    }

    @Test
    void aStarStandsForAnythingAndCaseDoesNotMatter() {
        EffectivePermissions all = of(entry("dataActions", "microsoft.devices/*"));

        assertThat(all.grantData(WRITE)).isTrue();
        assertThat(of(entry("dataActions", "*/read")).grantData(WRITE)).isFalse();
        assertThat(of(entry("dataActions", "Microsoft_Devices/*")).grantData(WRITE))
                .isFalse();
    }

    @Test
    void anExceptionCountsForItsOwnEntryOnly() {
        JsonObject excepted = entry("dataActions", "*").put("notDataActions", new JsonArray().add("*/write"));

        assertThat(of(excepted).grantData(WRITE)).isFalse();
        assertThat(of(excepted, entry("dataActions", WRITE)).grantData(WRITE)).isTrue();
    }

    @Test
    void actionsOfTheResourceManagerGrantNothingInTheServiceItself() {
        EffectivePermissions owner = of(entry("actions", "*"));

        assertThat(owner.grant("Microsoft.Devices/IotHubs/listkeys/action")).isTrue();
        assertThat(owner.grantData(WRITE)).isFalse();
    }
}
