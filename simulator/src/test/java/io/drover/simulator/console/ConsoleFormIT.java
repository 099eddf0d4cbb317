package io.drover.simulator.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.drover.simulator.rehearsal.ServedFleet;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a rollout may be made of can be said in the form of a migration, and stands there again. Needs the worker's jar and a Chromium. */
@Timeout(300)
@Tag("browser")
@Tag("long")
class ConsoleFormIT {
    private static final String SCENARIO = """
            name: form
            devices: 5
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
    private static final String EXPECTED = """
            {"source":{"application":"source-app","deviceGroup":"all-devices","devices":["truck-000000","truck-000001","truck-000004"]},
             "deadlines":{"answer":"45s","offline":"14d"},
             "windows":[{"days":"mon, sat","from":"22:00","to":"04:00","zone":"Europe/Berlin"}],
             "waves":[{"name":"depot","group":"all-devices","success":"100%","deadline":"2h"},
                      {"name":"north","match":{"id":"truck-00*"},"success":"98%"}]}
            """;

    @TempDir
    Path folder;

    @Test
    void windowsDeadlinesGroupsAndListsAreDefinedInTheForm() throws Exception {
        Chromium.executable();
        try (ServedFleet fleet = new ServedFleet(folder, SCENARIO);
                ConsoleBrowser browser = new ConsoleBrowser(fleet.address())) {
            Page page = browser.open("/new-migration");
            source(browser);
            rollout(page);
            page.getByText("Advanced").click();
            page.getByLabel("To answer the command").fill("45 seconds");
            press(page, "Next: review");
            assertThat(page.getByLabel("To answer the command")).isFocused();
            page.getByLabel("To answer the command").fill("45s");
            page.getByLabel("To come back when it is offline").fill("14d");
            assertThat(page.locator(".wrong")).hasCount(0);
            browser.wasRefused(422);
            browser.examine("new-rollout-in-full");
            press(page, "Next: review");
            assertThat(page.locator("main")).containsText("Mon, Sat 22:00 to 04:00 Europe/Berlin");
            assertThat(page.locator("main")).containsText("3 listed ids");
            press(page, "Keep as a draft");
            assertThat(page.locator(".head .state")).hasText("Draft");
            assertThat(told(page)).isEqualTo(new ObjectMapper().readTree(EXPECTED));
            standsThereAgain(browser);
            browser.hold();
        }
    }

    private static void source(ConsoleBrowser browser) {
        Page page = browser.page();
        page.getByLabel("Name of the migration").fill("full");
        page.locator("select#application").selectOption("source-app");
        page.locator("select#deviceGroup").selectOption("all-devices");
        page.getByLabel("Only these ids").fill("truck-000000\ntruck-000001, truck-000004\ntruck-000001");
        assertThat(page.locator("#ids-hint")).containsText("3 ids.");
        browser.examine("new-source-in-full");
        press(page, "Next: target");
        page.locator("select#service").selectOption("target-dps");
        press(page, "Next: rollout");
    }

    private static void rollout(Page page) {
        page.getByLabel("Name, wave 1").fill("depot");
        page.getByLabel("Chosen by, wave 1").selectOption("group");
        page.getByLabel("Device group, wave 1").selectOption("all-devices");
        page.getByLabel("Deadline, wave 1").fill("2h");
        page.getByLabel("Name, wave 2").fill("north");
        page.getByLabel("Chosen by, wave 2").selectOption("match");
        page.getByLabel("Ids like, wave 2").fill("truck-00*");
        press(page, "Add a window");
        assertThat(page.locator("#window-0-from")).isFocused();
        page.getByLabel("Monday").check();
        page.getByLabel("Saturday").check();
        page.getByLabel("Time zone, window 1").fill("Nowhere/Town");
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Review"))
                .click();
        press(page, "Keep as a draft");
        page.locator(".summary li a").first().click();
        assertThat(page.getByLabel("Time zone, window 1")).isFocused();
        assertThat(page.locator("#window-0-zone-wrong")).containsText("is not a time zone");
        page.getByLabel("Time zone, window 1").fill("Europe/Berlin");
    }

    /** The parts of the definition that this form could not say before. */
    private static JsonNode told(Page page) throws Exception {
        String json = (String) page.evaluate("async () => { const d = await (await"
                + " fetch('/api/v1/migrations/full/definition')).json(); return JSON.stringify({ source: d.source,"
                + " deadlines: d.deadlines, windows: d.rollout.windows, waves: d.rollout.waves }); }");
        return new ObjectMapper().readTree(json);
    }

    private static void standsThereAgain(ConsoleBrowser browser) throws Exception {
        Page page = browser.open("/migrations/full/edit?step=3");
        assertThat(page.getByLabel("Device group, wave 1")).hasValue("all-devices");
        assertThat(page.getByLabel("Ids like, wave 2")).hasValue("truck-00*");
        assertThat(page.getByLabel("Saturday")).isChecked();
        assertThat(page.getByLabel("To come back when it is offline")).hasValue("14d");
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Review"))
                .click();
        press(page, "Keep as a draft");
        assertThat(page.locator(".head .state")).hasText("Draft");
        assertThat(told(page)).isEqualTo(new ObjectMapper().readTree(EXPECTED));
    }

    private static void press(Page page, String name) {
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName(name).setExact(true))
                .click();
    }
}
