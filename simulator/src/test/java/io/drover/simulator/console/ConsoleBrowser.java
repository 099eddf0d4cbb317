package io.drover.simulator.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A browser that looks at the console and notes all that should not be: errors in its console, which name breaches of the content
 * policy too, and requests to other hosts. One thread.
 */
final class ConsoleBrowser implements AutoCloseable {
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final String ENTRA = "login.microsoftonline.test";
    private static final int WIDE = 1280;
    private static final int NARROW = 360;
    private static final int HEIGHT = 800;
    private static final double MILLISECONDS = 30_000;
    private static final List<String> RULES =
            List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice");

    private final List<String> faults = new ArrayList<>();
    private final String base;
    private final int entra;
    private final Playwright playwright;
    private final Browser browser;
    private final Page page;

    /** @param base the console's address without a path */
    ConsoleBrowser(String base) {
        this(base, 0);
    }

    /** @param entra the port of an emulated cloud, to which the browser may go to sign in; 0 for none */
    ConsoleBrowser(String base, int entra) {
        this.base = base;
        this.entra = entra;
        Path executable = Chromium.executable();
        this.playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        this.browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable)
                        .setArgs(List.of(
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--no-first-run",
                                "--host-resolver-rules=MAP %s:443 127.0.0.1:%d".formatted(ENTRA, entra))));
        BrowserContext context = browser.newContext(new Browser.NewContextOptions()
                .setLocale("en-GB")
                .setReducedMotion(ReducedMotion.REDUCE)
                .setAcceptDownloads(true)
                .setIgnoreHTTPSErrors(entra != 0)
                .setViewportSize(WIDE, HEIGHT));
        this.page = context.newPage();
        page.setDefaultTimeout(MILLISECONDS);
        PlaywrightAssertions.setDefaultAssertionTimeout(MILLISECONDS);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                faults.add(page.url() + " says: " + message.text());
            }
        });
        page.onPageError(error -> faults.add(page.url() + " fails: " + error));
        context.onRequest(this::look);
    }

    private void look(Request request) {
        URI address = URI.create(request.url());
        boolean signsIn = entra != 0 && ENTRA.equals(address.getHost()) && request.isNavigationRequest();
        if (address.getScheme().startsWith("http") && !request.url().startsWith(base) && !signsIn) {
            faults.add("asks another host: " + request.url());
        }
    }

    Page page() {
        return page;
    }

    Page open(String path) {
        page.navigate(base + path);
        page.locator("main h1").waitFor();
        return page;
    }

    /** Signs in where the console asks for it, as a person of the emulated directory. */
    void signIn(String who) {
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Sign in with Microsoft Entra"))
                .click();
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(who))
                .click();
        assertThat(page.locator(".who")).containsText(who);
    }

    /** Holds what is shown against the rules of accessibility, wide in light and narrow in dark, and keeps pictures of all four. */
    void examine(String name) {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
            for (int width : List.of(WIDE, NARROW)) {
                page.setViewportSize(width, HEIGHT);
                page.screenshot(new Page.ScreenshotOptions()
                        .setFullPage(true)
                        .setPath(SCREENSHOTS.resolve("%s-%d-%s.png"
                                .formatted(name, width, scheme.name().toLowerCase(Locale.ROOT)))));
                assertThat((Integer) page.evaluate("() => document.documentElement.scrollWidth"))
                        .as("%s fits into %d pixels", name, width)
                        .isLessThanOrEqualTo(width);
                if ((width == WIDE) == (scheme == ColorScheme.LIGHT)) {
                    accessible(name + " at " + width + " pixels, " + scheme);
                }
            }
        }
        page.setViewportSize(WIDE, HEIGHT);
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
    }

    private void accessible(String what) {
        List<String> violations = new AxeBuilder(page)
                .withTags(RULES).analyze().getViolations().stream()
                        .map(ConsoleBrowser::text)
                        .toList();
        assertThat(violations).as(what).isEmpty();
    }

    private static String text(Rule rule) {
        return rule.getId() + ": " + rule.getHelp() + " "
                + rule.getNodes().stream()
                        .map(node -> node.getHtml() + " " + node.getFailureSummary())
                        .toList();
    }

    /** One request was refused so, as it should be; the browser's own note of that is no fault. */
    void wasRefused(int status) {
        assertThat(faults.removeIf(fault -> fault.contains("responded with a status of " + status)))
                .as("a request was refused with %d", status)
                .isTrue();
    }

    /** Nothing was noted so far. */
    void hold() {
        assertThat(faults).isEmpty();
    }

    /** What is shown at the end stays as a picture, for whoever asks why a test failed. */
    @Override
    public void close() {
        page.screenshot(new Page.ScreenshotOptions().setFullPage(true).setPath(SCREENSHOTS.resolve("last-seen.png")));
        browser.close();
        playwright.close();
    }
}
