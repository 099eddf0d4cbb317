package io.drover.simulator.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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

/**
 * People sign in with the emulated Entra: an operator moves a fleet through the pages alone, while a viewer sees all of it and may do none of
 * it. Without sign-in: {@link ConsoleKeyboardIT}. Needs the worker's jar and a Chromium.
 */
@Timeout(600)
@Tag("browser")
class ConsoleIT {
    private static final String NAME = "Trucks 2026";
    private static final String PATH = "/migrations/Trucks%202026";
    private static final int DEVICES = 500;
    private static final double TO_THE_END = 240_000;
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
              api:
                port: 0
                signIn:
                  tenant: 6f1f2d0e-7a3c-4b8e-9d55-0a1b2c3d4e5f
                  clientId: 5d1c3b7a-4e2f-4a60-9c8b-1f0e2d3c4b5a
                  clientSecret: { env: DROVER_CLIENT_SECRET }
            """;

    @TempDir
    Path folder;

    @Test
    void anOperatorMovesAFleetAndFindsOutWhatFailedWhileAViewerOnlyLooks() throws Exception {
        Chromium.executable();
        try (ServedFleet fleet = new ServedFleet(folder, SCENARIO)) {
            String base = fleet.address().replace("127.0.0.1", "localhost");
            try (ConsoleBrowser browser = new ConsoleBrowser(base, fleet.httpsPort())) {
                signIn(browser);
                define(browser);
                plan(browser);
                try (ConsoleViewer viewer = new ConsoleViewer(base, fleet.httpsPort(), PATH)) {
                    moveWithAPause(browser, viewer);
                    String failed = lookUpAFailedDevice(browser);
                    assertThat(fleet.devicesOf("refusing")).contains(failed);
                    export(browser);
                    theOtherPages(browser);
                    viewer.onlyLooks(failed);
                }
                signOut(browser);
                browser.hold();
            }
        }
    }

    private static void signIn(ConsoleBrowser browser) {
        Page page = browser.open("/audit");
        assertThat(page.locator("main h1")).hasText("Sign in");
        browser.examine("sign-in");
        browser.signIn("Otto Operator");
        assertThat(page.locator("main h1")).hasText("Audit");
    }

    private static void signOut(ConsoleBrowser browser) {
        button(browser.page(), "Sign out").click();
        assertThat(browser.page().locator("body")).containsText("signed out");
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
        // Those that refuse fail at once, while those that move take their time.
        page.locator("#stopFailed").fill("25");
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

    private static void moveWithAPause(ConsoleBrowser browser, ConsoleViewer viewer) {
        Page page = browser.page();
        assertThat(page.locator(".stage-good .stage-count")).hasText(Pattern.compile("[1-9]\\d"));
        verb(page, "Pause", "Pause");
        assertThat(page.locator(".head .state")).hasText("Paused");
        browser.examine("migration-paused");
        verb(page, "Resume", "Resume");
        assertThat(page.locator(".head .state")).hasText("Running");
        viewer.onlyWatches();
        for (Page each : List.of(page, viewer.page())) {
            assertThat(each.locator(".head .state"))
                    .hasText("Finished", new LocatorAssertions.HasTextOptions().setTimeout(TO_THE_END));
        }
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

    /** Each form of the report tells of every device. */
    private static void export(ConsoleBrowser browser) throws Exception {
        Page page = browser.open(PATH);
        List<String> lines = Files.readAllLines(download(page, "CSV, a line per device"));
        assertThat(lines).hasSize(DEVICES + 1);
        JsonNode json = new ObjectMapper().readTree(Files.readString(download(page, "JSON")));
        assertThat(json.path("total").asInt()).isEqualTo(DEVICES);
        Page html = page.waitForPopup(
                () -> page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Report (opens a page)"))
                        .click());
        assertThat(html.locator("body")).containsText(NAME);
        assertThat(html.locator("body")).containsText("DEVICE_REFUSED");
        html.close();
    }

    private static Path download(Page page, String link) {
        Download download = page.waitForDownload(() -> page.getByRole(
                        AriaRole.LINK, new Page.GetByRoleOptions().setName(link).setExact(true))
                .click());
        return download.path();
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
