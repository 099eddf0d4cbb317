package io.drover.simulator.cloud.entra;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.TurnedClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a token may do is asked anew at each call, though its signature is checked only once. */
class AccessTokensTest {
    private static final String AUDIENCE = "https://azure-devices-provisioning.net";
    private static final ServicePrincipal WORKER =
            new ServicePrincipal("worker", "secret", Set.of(ServicePrincipal.DPS_READER));

    private final TurnedClock clock = new TurnedClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final AccessTokens tokens = new AccessTokens("drover.test", clock);
    private final String token = tokens.issue("tenant", WORKER, AUDIENCE, Duration.ofMinutes(5));

    private boolean believed(String text, String audience) {
        return tokens.verify("Bearer " + text, audience)
                .filter(caller -> caller.clientId().equals("worker"))
                .isPresent();
    }

    @Test
    void aTokenIsBelievedAgainAndAgainUntilItExpires() {
        assertThat(believed(token, AUDIENCE)).isTrue();
        assertThat(believed(token, AUDIENCE + "/")).isTrue();
        clock.advance(Duration.ofMinutes(5).minusSeconds(1));
        assertThat(believed(token, AUDIENCE)).isTrue();
        clock.advance(Duration.ofSeconds(1));
        assertThat(believed(token, AUDIENCE)).isFalse();
    }

    @Test
    void aTokenThatWasBelievedIsStillForItsAudienceAlone() {
        assertThat(believed(token, AUDIENCE)).isTrue();
        assertThat(believed(token, "https://iothubs.azure.net")).isFalse();
    }

    @Test
    void whatWasSignedIsNotBelievedWithAnotherSignatureNorTheSignatureWithOtherClaims() {
        assertThat(believed(token, AUDIENCE)).isTrue();
        String[] parts = token.split("\\.", -1);
        String other = tokens.issue("tenant", WORKER, AUDIENCE, Duration.ofHours(5));
        String otherSignature = other.split("\\.", -1)[2];
        String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8)
                .replace("dps.reader", "dps.contributor");
        String forged = Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(StandardCharsets.UTF_8));

        assertThat(believed(parts[0] + "." + parts[1] + "." + otherSignature, AUDIENCE))
                .isFalse();
        assertThat(believed(parts[0] + "." + parts[1] + ".", AUDIENCE)).isFalse();
        assertThat(believed(parts[0] + "." + forged + "." + parts[2], AUDIENCE)).isFalse();
        assertThat(believed(token, AUDIENCE)).isTrue();
    }

    @Test
    void aTokenOfAKeyThatIsNoLongerPublishedIsNotBelievedThoughItWas() {
        assertThat(believed(token, AUDIENCE)).isTrue();
        tokens.rotateKeys();
        assertThat(believed(token, AUDIENCE)).isTrue();
        tokens.rotateKeys();
        assertThat(believed(token, AUDIENCE)).isFalse();
    }
}
