package io.drover.simulator.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Secrets that nothing a program writes may show: those planted, and every key, token and secret that a recording of HTTPS exchanges holds. */
public final class WireSecrets {
    private static final Pattern IN_BODIES = Pattern.compile(
            "\"(?:primaryKey|secondaryKey|access_token)\"\\s*:\\s*\"([^\"]{16,})\"|client_secret=([^&\\s]+)");
    private static final Pattern RUN = Pattern.compile("[A-Za-z0-9]+");
    private static final int LEAST = 12;

    private final Set<String> secrets = new TreeSet<>();
    private final Set<String> forms = new TreeSet<>();

    private WireSecrets() {}

    /** Fails where the recording holds no secret at all. */
    public static WireSecrets of(Path recording, String... planted) throws IOException {
        WireSecrets found = new WireSecrets();
        for (String line : Files.readAllLines(recording)) {
            JsonObject exchange = new JsonObject(line);
            for (String part : List.of("requestBody", "answerBody")) {
                Matcher secret = IN_BODIES.matcher(exchange.getString(part, ""));
                while (secret.find()) {
                    found.add(
                            secret.group(1) != null
                                    ? secret.group(1)
                                    : URLDecoder.decode(secret.group(2), StandardCharsets.UTF_8));
                }
            }
        }
        assertThat(found.secrets).as(recording.toString()).isNotEmpty();
        Arrays.stream(planted).forEach(found::add);
        return found;
    }

    private void add(String secret) {
        secrets.add(secret);
        forms.add(secret);
        forms.add(URLEncoder.encode(secret, StandardCharsets.UTF_8));
        // However the rest is escaped.
        RUN.matcher(secret)
                .results()
                .map(run -> run.group())
                .max(Comparator.comparingInt(String::length))
                .filter(run -> run.length() >= LEAST)
                .ifPresent(forms::add);
        for (int before = 0; before < 3; before++) {
            inBase64(secret, before);
        }
    }

    /** Also in the middle of something longer: what depends on the neighbours is left out. */
    private void inBase64(String secret, int before) {
        byte[] text = (" ".repeat(before) + secret).getBytes(StandardCharsets.UTF_8);
        int whole = text.length / 3 * 4;
        for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
            String form = encoder.encodeToString(text).substring(before == 0 ? 0 : 4, whole);
            forms.add(form);
            forms.add(URLEncoder.encode(form, StandardCharsets.UTF_8));
        }
    }

    /** How many different ones. */
    public int count() {
        return secrets.size();
    }

    /** Fails when the text shows one in plain, base64 or URL-encoded form; the failure names the place and not the secret. */
    public void areNotIn(String place, String text) {
        long shown = forms.stream().filter(text::contains).count();
        assertThat(shown).as("secrets shown in " + place).isZero();
    }

    /** The same of a file, whatever is in it. */
    public void areNotIn(Path file) throws IOException {
        areNotIn(file.toString(), new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
    }
}
