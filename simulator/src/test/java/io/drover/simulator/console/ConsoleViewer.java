package io.drover.simulator.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.RequestOptions;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A person with the role viewer in a browser of their own: sees everything, finds no button, and is refused what has none. One thread. */
final class ConsoleViewer implements AutoCloseable {
    private static final List<String> VERBS =
            List.of("plan", "apply", "pause", "resume", "promote", "abort", "retry", "failback", "approve", "cleanup");

    private static final String BUTTONS =
            "^(Retry|Start|Plan|Pause|Resume|Promote|Abort|Approve|Return|Clean|Delete|Look)";

    private final ConsoleBrowser browser;
    private final String path;

    /** Signs in on the page of the migration. */
    ConsoleViewer(String base, int entra, String path) {
        this.browser = new ConsoleBrowser(base, entra);
        this.path = path;
        browser.open(path);
        browser.signIn("Vera Viewer");
        assertThat(browser.page()).hasURL(base + path);
    }

    Page page() {
        return browser.page();
    }

    /** On the migration as it runs. */
    void onlyWatches() {
        assertThat(browser.page().locator(".head .state")).hasText("Running");
        assertThat(browser.page().locator(".head button")).hasCount(0);
        hasNoButton();
        browser.examine("migration-as-viewer");
        isRefused();
    }

    /** On the migration as it ended, and on all that belongs to it. */
    void onlyLooks(String failed) {
        Page page = browser.page();
        hasNoButton();
        for (String part : List.of("/plan", "/devices", "/devices/" + failed)) {
            browser.open(path + part);
            hasNoButton();
        }
        assertThat(page.locator("main")).containsText("403");
        assertThat(page.locator("input[type=checkbox]")).hasCount(0);
        browser.open("/migrations");
        assertThat(page.locator(".card-line")).hasCount(1);
        assertThat(page.getByText("New migration")).hasCount(0);
        browser.open("/worker");
        assertThat(page.locator("main")).containsText("viewer: sees everything");
        browser.hold();
        isRefused();
    }

    private void hasNoButton() {
        Page page = browser.page();
        assertThat(page.locator(".head")).isVisible();
        assertThat(page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile(BUTTONS))))
                .hasCount(0);
    }

    /** With the session's own token, so that nothing else than the role is what it is refused for. */
    private void isRefused() {
        Page page = browser.page();
        String token = (String) page.evaluate("async () => (await (await fetch('/api/v1/session')).json()).csrfToken");
        URI now = URI.create(page.url());
        String origin = now.getScheme() + "://" + now.getRawAuthority();
        for (String verb : VERBS) {
            APIResponse answer = page.request()
                    .post(
                            origin + "/api/v1" + path + "/" + verb,
                            RequestOptions.create()
                                    .setHeader("x-csrf-token", token)
                                    .setHeader("origin", origin)
                                    .setData(Map.of()));
            assertThat(answer.status()).as(verb).isEqualTo(403);
            assertThat(answer.text()).as(verb).contains("takes the role");
        }
    }

    @Override
    public void close() {
        browser.close();
    }
}
