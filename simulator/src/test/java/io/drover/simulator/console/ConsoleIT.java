package io.drover.simulator.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import io.drover.simulator.rehearsal.ServedFleet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A fleet is moved through the pages alone. Needs the worker's jar and a Chromium. */
@Timeout(400)
@Tag("browser")
class ConsoleIT {
    private static final String NAME = "Trucks 2026";
    private static final int DEVICES = 500;
    private static final double TO_THE_END = 120_000;
    private static final String SCENARIO = """
            name: console
            devices: 500
            seed: 3
            timeCompression: 20
            deviceId: "truck-%06d"
            telemetryInterval: 1s
            connectRate: 500
            groups:
              - { name: obedient, weight: 98, behaviour: { type: obedient, answerDelay: 0ms..50ms, moveDelay: 0ms..500ms } }
              - { name: refusing, weight: 2, behaviour: { type: refuses, status: 403 } }
            worker:
              migration:
              api: { host: 127.0.0.1, port: 0 }
            """;

    @TempDir
    Path folder;

    @Test
    void anOperatorMovesAFleetAndFindsOutWhatFailed() throws Exception {
        Chromium.executable();
        try (ServedFleet fleet = new ServedFleet(folder, SCENARIO);
                ConsoleBrowser browser = new ConsoleBrowser(fleet.address())) {
            define(browser);
            plan(browser);
            moveWithAPause(browser);
            String failed = lookUpAFailedDevice(browser);
            assertThat(fleet.devicesOf("refusing")).contains(failed);
            export(browser);
            theOtherPages(browser);
            browser.hold();
        }
    }

    private static void define(ConsoleBrowser browser) {
        Page page = browser.open("/");
        assertThat(page.getByText("No migrations yet.")).isVisible();
        assertThat(page.locator(".banner-simulated")).containsText("Simulated.");
        browser.examine("migrations-empty");
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("New migration"))
                .click();
        page.getByLabel("Name of the migration").fill(NAME);
        page.locator("select#application").selectOption("source-app");
        page.locator("select#deviceGroup").selectOption("all-devices");
        browser.examine("new-source");
        button(page, "Next: target").click();
        page.locator("select#service").selectOption("target-dps");
        browser.examine("new-target");
        button(page, "Next: rollout").click();
        page.getByLabel("Gate in percent, wave 1").fill("50");
        page.getByLabel("Gate in percent, wave 2").fill("80");
        page.locator("#rate").fill("25/s");
        page.getByText("Advanced").click();
        page.getByLabel("Attempts for each device").fill("1");
        browser.examine("new-rollout");
        button(page, "Next: review").click();
        assertThat(page.locator("main")).containsText("no faster than 25/s");
        browser.examine("new-review");
        button(page, "Keep as a draft and plan").click();
    }

    private static void plan(ConsoleBrowser browser) {
        Page page = browser.page();
        assertThat(page.locator("main h1")).hasText("Plan");
        assertThat(page.locator(".figures-large")).containsText(DEVICES + " of " + DEVICES);
        page.getByLabel("Id contains").fill("00042");
        button(page, "Search").click();
        assertThat(page.locator("tbody tr th.id").first()).containsText("00042");
        assertThat(page).hasURL(Pattern.compile("search=00042"));
        browser.examine("plan");
        button(page, "Start or schedule").click();
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        assertThat(dialog).containsText("500 devices will be told to move");
        dialog.getByLabel("Reason, for the audit (optional)").fill("rehearsed yesterday");
        browser.examine("start-dialog");
        dialog.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Start"))
                .click();
        assertThat(page.locator("main h1")).hasText(NAME);
        assertThat(page.locator(".head .state")).hasText("Running");
    }

    private static void moveWithAPause(ConsoleBrowser browser) {
        Page page = browser.page();
        assertThat(page.locator(".stage-good .stage-count")).hasText(Pattern.compile("[1-9]\\d"));
        verb(page, "Pause", "Pause");
        assertThat(page.locator(".head .state")).hasText("Paused");
        browser.examine("migration-paused");
        verb(page, "Resume", "Resume");
        assertThat(page.locator(".head .state")).hasText("Running");
        assertThat(page.locator(".head .state"))
                .hasText("Finished", new LocatorAssertions.HasTextOptions().setTimeout(TO_THE_END));
        browser.examine("migration");
    }

    private static String lookUpAFailedDevice(ConsoleBrowser browser) {
        Page page = browser.page();
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Device refused"))
                .click();
        assertThat(page.locator("main h1")).hasText("Devices");
        assertThat(page).hasURL(Pattern.compile("reason=DEVICE_REFUSED"));
        browser.examine("devices");
        String device = page.locator("tbody th a").first().innerText();
        page.locator("tbody th a").first().click();
        assertThat(page.locator("main h1")).hasText(device);
        assertThat(page.locator("main")).containsText("403");
        browser.examine("device");
        verb(page, "Retry", "Retry");
        assertThat(page.locator(".notice")).isVisible();
        assertThat(page.locator("tbody")).containsText("Retr");
        return device;
    }

    private static void export(ConsoleBrowser browser) throws Exception {
        Page page = browser.open("/migrations/Trucks%202026");
        Download download = page.waitForDownload(
                () -> page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("CSV, a line per device"))
                        .click());
        List<String> lines = Files.readAllLines(download.path());
        assertThat(lines).hasSize(DEVICES + 1);
    }

    private static void theOtherPages(ConsoleBrowser browser) {
        Page page = browser.open("/migrations");
        assertThat(page.locator(".card-line")).containsText(NAME);
        browser.examine("migrations");
        browser.open("/audit");
        assertThat(page.locator("tbody")).containsText("rehearsed yesterday");
        button(page, "Verify").click();
        assertThat(page.locator("main")).containsText("It holds.");
        browser.examine("audit");
        browser.open("/worker");
        assertThat(page.locator("main")).containsText("SQLite");
        browser.examine("worker");
        browser.open("/nowhere");
        assertThat(page.locator("main h1")).hasText("Nothing is here");
        browser.examine("nowhere");
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    /** Asks for a verb and confirms it. */
    private static void verb(Page page, String name, String confirmation) {
        page.locator(".head")
                .getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName(name).setExact(true))
                .click();
        page.getByRole(AriaRole.DIALOG)
                .getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName(confirmation).setExact(true))
                .click();
        assertThat(page.getByRole(AriaRole.DIALOG)).isHidden();
    }
}
