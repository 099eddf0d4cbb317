package io.drover.simulator.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.RequestOptions;
import io.drover.simulator.rehearsal.ServedFleet;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** People sign in with the emulated Entra, and see and may do what their roles allow. Needs the worker's jar and a Chromium. */
@Timeout(300)
@Tag("browser")
class ConsoleSignInIT {
    private static final String SCENARIO = """
            name: sign-in
            devices: 20
            seed: 3
            timeCompression: 20
            deviceId: "truck-%06d"
            telemetryInterval: 1s
            connectRate: 500
            groups:
              - { name: obedient, weight: 1, behaviour: { type: obedient } }
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
    void anOperatorDefinesAndAViewerOnlyLooks() throws Exception {
        Chromium.executable();
        try (ServedFleet fleet = new ServedFleet(folder, SCENARIO)) {
            String base = fleet.address().replace("127.0.0.1", "localhost");
            try (ConsoleBrowser browser = new ConsoleBrowser(base, fleet.httpsPort())) {
                Page page = browser.open("/audit");
                assertThat(page.locator("main h1")).hasText("Sign in");
                browser.examine("sign-in");
                signIn(page, "Otto Operator");
                assertThat(page.locator("main h1")).hasText("Audit");
                define(browser);
                page.locator(".top")
                        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Sign out"))
                        .click();
                assertThat(page.locator("body")).containsText("signed out");
                browser.hold();
            }
            try (ConsoleBrowser browser = new ConsoleBrowser(base, fleet.httpsPort())) {
                onlyLooks(browser);
            }
        }
    }

    private static void define(ConsoleBrowser browser) {
        Page page = browser.open("/new-migration");
        page.getByLabel("Name of the migration").fill("quiet");
        page.locator("select#application").selectOption("source-app");
        page.locator("select#deviceGroup").selectOption("all-devices");
        next(page, "Next: target");
        page.locator("select#service").selectOption("target-dps");
        next(page, "Next: rollout");
        next(page, "Next: review");
        next(page, "Keep as a draft");
        assertThat(page.locator("main h1")).hasText("quiet");
        assertThat(page.locator(".head .state")).hasText("Draft");
        assertThat(page.locator(".head")).containsText("Delete draft");
    }

    private static void onlyLooks(ConsoleBrowser browser) {
        Page page = browser.open("/migrations/quiet");
        signIn(page, "Vera Viewer");
        assertThat(page).hasURL(Pattern.compile("/migrations/quiet$"));
        assertThat(page.locator(".who")).containsText("Vera Viewer");
        assertThat(page.locator(".head .state")).hasText("Draft");
        assertThat(page.locator(".head button")).hasCount(0);
        assertThat(page.locator(".head")).not().containsText("Edit");
        browser.examine("migration-as-viewer");
        browser.open("/migrations/quiet/plan");
        assertThat(page.locator(".empty")).containsText("No plan yet.");
        assertThat(page.locator(".head button")).hasCount(0);
        browser.open("/migrations");
        assertThat(page.locator(".card-line")).containsText("quiet");
        assertThat(page.getByText("New migration")).hasCount(0);
        browser.open("/worker");
        assertThat(page.locator("main")).containsText("viewer: sees everything");
        browser.hold();
        refused(page);
    }

    /** What has no button is refused as well. */
    private static void refused(Page page) {
        String token = (String) page.evaluate("async () => (await (await fetch('/api/v1/session')).json()).csrfToken");
        String plan = page.url().replaceFirst("/worker$", "/api/v1/migrations/quiet/plan");
        String origin = page.url().replaceFirst("/worker$", "");
        APIResponse answer = page.request()
                .post(
                        plan,
                        RequestOptions.create()
                                .setHeader("x-csrf-token", token)
                                .setHeader("origin", origin)
                                .setData(Map.of()));
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.text()).contains("operator");
    }

    private static void signIn(Page page, String who) {
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Sign in with Microsoft Entra"))
                .click();
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(who))
                .click();
        assertThat(page.locator(".who")).containsText(who);
    }

    private static void next(Page page, String name) {
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName(name).setExact(true))
                .click();
    }
}
