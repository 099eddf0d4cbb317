package io.drover.simulator.cloud.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.TurnedClock;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class FaultsTest {
    private static final FaultKind.Point POINT = FaultKind.Point.DEVICE_MESSAGE;

    private final TurnedClock clock = new TurnedClock(Instant.parse("2026-03-01T00:00:00Z"));
    private final Faults faults = new Faults(clock, 10);

    @Property(tries = 50)
    void theSameSeedAndTheSameCallsOfADeviceMeetTheSameFaultsWhateverOthersDo(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int others) {
        JsonObject half =
                new JsonObject().put("count", 0).put("probability", 0.5).put("seed", seed);
        List<Boolean> alone = calls(half, 0);
        List<Boolean> inACrowd = calls(half, others);

        assertThat(inACrowd).isEqualTo(alone);
    }

    private static List<Boolean> calls(JsonObject settings, int others) {
        Faults plan = Faults.none();
        plan.put(fault("lost-ack", settings));
        List<Boolean> struck = new ArrayList<>();
        for (int call = 0; call < 40; call++) {
            for (int other = 0; other < others; other++) {
                plan.strikes(POINT, "hub-mqtt", "h", "other-" + other, "method-answer");
            }
            struck.add(
                    plan.strikes(POINT, "hub-mqtt", "h", "d1", "method-answer").isPresent());
        }
        return struck;
    }

    @Test
    void aProbabilityIsMetInTheLongRun() {
        faults.put(fault("lost-ack", new JsonObject().put("count", 0).put("probability", 0.2)));

        long struck = IntStream.range(0, 10_000)
                .filter(call -> struck("d" + call % 100))
                .count();

        assertThat(struck).isBetween(1_850L, 2_150L);
    }

    @Test
    void aShareOfTheDevicesIsStruckAndTheOthersNever() {
        faults.put(fault("lost-ack", new JsonObject().put("count", 0).put("share", 0.3)));

        Map<String, Integer> strikes = new TreeMap<>();
        for (int call = 0; call < 3_000; call++) {
            String device = "d" + call % 1_000;
            strikes.merge(device, struck(device) ? 1 : 0, Integer::sum);
        }

        assertThat(strikes.values()).containsOnly(0, 3);
        assertThat(strikes.values().stream().filter(count -> count == 3).count())
                .isBetween(250L, 350L);
    }

    @Test
    void aCountIsOfEachDeviceAndBeginsAfterTheSkippedCalls() {
        faults.put(fault("lost-ack", new JsonObject().put("skip", 1).put("count", 2)));

        assertThat(IntStream.range(0, 5).mapToObj(call -> struck("d1")))
                .containsExactly(false, true, true, false, false);
        assertThat(IntStream.range(0, 3).mapToObj(call -> struck("d2"))).containsExactly(false, true, true);
    }

    @Test
    void aBurstComesBackEverySoManyCalls() {
        faults.put(fault("lost-ack", new JsonObject().put("count", 2).put("every", 3)));

        assertThat(IntStream.range(0, 7).mapToObj(call -> struck("d1")))
                .containsExactly(true, true, false, true, true, false, true);
    }

    @Test
    void aWindowOpensAfterItsTimeAndCloses() {
        faults.put(fault(
                "lost-ack", new JsonObject().put("count", 0).put("after", "10s").put("for", "5s")));

        List<Boolean> struck = new ArrayList<>();
        for (long second : new long[] {0, 9, 10, 14, 15}) {
            clock.turnTo(Instant.parse("2026-03-01T00:00:00Z").plusSeconds(second));
            struck.add(struck("d1"));
        }

        assertThat(struck).containsExactly(false, false, true, true, false);
    }

    @Test
    void onlyTheServiceOperationAndDevicesOfThePatternsAreStruck() {
        faults.put(fault("lost-ack", new JsonObject().put("count", 0).put("devices", "truck-*")));

        assertThat(struck("truck-7")).isTrue();
        assertThat(struck("car-7")).isFalse();
        assertThat(faults.strikes(POINT, "hub-mqtt", "h", "truck-7", "telemetry"))
                .isEmpty();
        assertThat(faults.strikes(POINT, "dps-mqtt", "h", "truck-7", "method-answer"))
                .isEmpty();
    }

    @Test
    void strikesAreCountedByFaultAndByKind() {
        faults.put(fault("mine", new JsonObject().put("fault", "lost-ack").put("count", 1)));
        struck("d1");
        struck("d1");
        struck("d2");

        assertThat(faults.plan())
                .singleElement()
                .satisfies(only -> assertThat(only.strikes()).isEqualTo(2));
        assertThat(faults.injected(FaultKind.LOST_ACK)).isEqualTo(2);
        assertThat(faults.remove("mine")).isTrue();
        assertThat(struck("d3")).isFalse();
    }

    @Test
    void aRetryAfterIsCompressedButNeverNothing() {
        assertThat(faults.retryAfter(Duration.ofSeconds(30))).isEqualTo(3);
        assertThat(faults.retryAfter(Duration.ofSeconds(1))).isEqualTo(1);
    }

    @Test
    void everyMistakeOfAFaultIsNamedWithItsPlace() {
        List<String> mistakes = new ArrayList<>();
        FaultFile.read(
                new JsonArray()
                        .add(new JsonObject().put("fault", "no-such-thing"))
                        .add(new JsonObject()
                                .put("fault", "lost-ack")
                                .put("share", 2)
                                .put("delay", "soon")
                                .put("colour", "red"))
                        .add("lost-ack"),
                mistakes);

        assertThat(mistakes).hasSize(5);
        assertThat(mistakes.get(0))
                .startsWith("faults[0].fault: there is no fault 'no-such-thing'; the faults are throttled,");
        assertThat(mistakes.get(1)).startsWith("faults[1].colour: unknown key");
        assertThat(mistakes.get(2)).isEqualTo("faults[1].share: must be a number from 0 to 1");
        assertThat(mistakes.get(3)).startsWith("faults[1].delay: must be a time such as");
        assertThat(mistakes.get(4)).isEqualTo("faults[2]: must be an object");
    }

    @Property(tries = 200)
    void whatAFaultShowsReadsBackAsTheSameFault(
            @ForAll FaultKind kind, @ForAll @IntRange(min = 0, max = 99) int percent, @ForAll long seed) {
        Fault usual = kind.byDefault();
        JsonObject shown = usual.toJson().put("share", percent / 100.0).put("seed", seed);

        Fault read = fault(usual.name(), shown);

        assertThat(read.toJson()).isEqualTo(shown);
    }

    @Property(tries = 300)
    void aPatternMatchesAsItsRegularExpressionWould(
            @ForAll @AlphaChars @StringLength(max = 8) String text, @ForAll("patterns") String pattern) {
        String expression = ("\\Q" + pattern + "\\E").replace("*", "\\E.*\\Q");

        assertThat(Glob.matches(pattern, text)).isEqualTo(text.matches(expression));
    }

    @Provide
    Arbitrary<String> patterns() {
        return Arbitraries.strings().withChars('a', 'B', 'z', '*').ofMaxLength(6);
    }

    @Test
    void theDocumentListsEveryFaultWithItsMeaning() throws Exception {
        String document = Files.readString(Path.of("../docs/faults.md"));
        document = document.substring(document.indexOf("| kind |"), document.indexOf("## The rest"));
        Map<String, String> rows = new TreeMap<>();
        Matcher row = Pattern.compile("(?m)^\\| `([a-z0-9-]+)` \\| (.+) \\|$").matcher(document);
        while (row.find()) {
            rows.put(row.group(1), row.group(2));
        }

        Map<String, String> kinds = new TreeMap<>();
        for (FaultKind kind : FaultKind.values()) {
            kinds.put(kind.text(), kind.meaning());
        }
        assertThat(rows).isEqualTo(kinds);
        assertThat(kinds).hasSizeGreaterThanOrEqualTo(25);
    }

    private boolean struck(String device) {
        return faults.strikes(POINT, "hub-mqtt", "h", device, "method-answer").isPresent();
    }

    private static Fault fault(String name, JsonObject settings) {
        FaultReader reader = new FaultReader("");
        return reader.read(name, settings).orElseThrow(() -> new AssertionError(reader.mistakes()));
    }
}
