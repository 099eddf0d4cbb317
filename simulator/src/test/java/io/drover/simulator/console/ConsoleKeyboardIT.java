package io.drover.simulator.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Page;
import io.drover.simulator.rehearsal.ServedFleet;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whoever has a keyboard alone can define, plan, start and pause. Needs the worker's jar and a Chromium. */
@Timeout(300)
@Tag("browser")
class ConsoleKeyboardIT {
    private static final int MOST_STEPS = 120;
    private static final String SCENARIO = """
            name: keyboard
            devices: 60
            seed: 3
            timeCompression: 20
            deviceId: "truck-%06d"
            telemetryInterval: 1s
            connectRate: 500
            groups:
              - { name: obedient, weight: 1, behaviour: { type: obedient } }
            worker:
              migration:
              api: { host: 127.0.0.1, port: 0 }
            """;

    @TempDir
    Path folder;

    @Test
    void aMigrationIsDefinedPlannedStartedAndPausedByKeysAlone() throws Exception {
        Chromium.executable();
        try (ServedFleet fleet = new ServedFleet(folder, SCENARIO);
                ConsoleBrowser browser = new ConsoleBrowser(fleet.address())) {
            Page page = browser.open("/");
            press(page, "New migration", "Enter");
            assertThat(page.locator("main h1")).isFocused();
            type(page, "Name of the migration", "keys");
            assertThat(page.locator("#application option[value=source-app]")).isAttached();
            type(page, "Application", "source-app");
            press(page, "Next: target", "Enter");
            assertThat(page.locator("main h2").first()).isFocused();
            type(page, "Provisioning service", "target-dps");
            press(page, "Next: rollout", "Enter");
            type(page, "No faster than optional", "1/s");
            press(page, "Next: review", "Enter");
            press(page, "Keep as a draft and plan", "Enter");
            assertThat(page.locator(".figures-large")).containsText("60 of 60");
            press(page, "Start or schedule", "Enter");
            press(page, "Start", "Enter");
            assertThat(page.locator(".head .state")).hasText("Running");
            press(page, "Pause", "Enter");
            page.keyboard().press("Escape");
            assertThat(page.locator(".head button", new Page.LocatorOptions().setHasText("Pause")))
                    .isFocused();
            page.keyboard().press("Enter");
            press(page, "Pause", "Enter");
            assertThat(page.locator(".head .state")).hasText("Paused");
            browser.hold();
        }
    }

    /** Goes on with the tabulator until what has this name is focused, then presses the key. */
    private static void press(Page page, String name, String key) {
        reach(page, name);
        page.keyboard().press(key);
    }

    private static void type(Page page, String name, String text) {
        reach(page, name);
        page.keyboard().type(text);
    }

    private static void reach(Page page, String name) {
        for (int step = 0; step < MOST_STEPS; step++) {
            page.keyboard().press("Tab");
            String focused = (String)
                    page.evaluate(
                            "() => (document.activeElement.labels?.[0]?.innerText"
                                    + " ?? document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText ?? '').trim()");
            if (focused.equals(name)) {
                return;
            }
        }
        throw new AssertionError("The tabulator does not reach '" + name + "' on " + page.url());
    }
}
