package io.drover.worker.owned;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.owned.OwnedMapping.Mapped;
import io.drover.worker.owned.OwnedMapping.Rule;
import io.drover.worker.owned.OwnedMapping.Side;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class OwnedMappingTest {
    private static final OwnedMapping TO_HUB = new OwnedMapping(Side.APPLICATION, Side.HUB, List.of());

    @Test
    void anApplicationsDataIsTagsAndDesiredPropertiesOfAHub() {
        Mapped mapped = TO_HUB.map(owned("""
                {"displayName":"Truck 1","organization":"north","template":"dtmi:x:truck;1",
                 "cloud":{"customer":"c-1"},"writable":{"interval":10,"cooler":{"__t":"c","limit":4.5}}}
                """));

        assertThat(mapped.unplaced()).isEmpty();
        assertThat(HubTwins.twin(mapped.data())).isEqualTo(new JsonObject("""
                {"tags":{"displayName":"Truck 1","organization":"north","deviceTemplate":"dtmi:x:truck;1","customer":"c-1"},
                 "properties":{"desired":{"interval":10,"cooler":{"__t":"c","limit":4.5}}}}
                """));
    }

    @Test
    void aRuleMovesAPathWithAllBelowItAndTheLongerOneWins() {
        OwnedMapping mapping = new OwnedMapping(
                Side.HUB,
                Side.HUB,
                List.of(
                        new Rule("tags.owner", "tags.customer"),
                        new Rule("tags.owner.phone", null),
                        new Rule("desired.old", "desired.new.limit")));

        Mapped mapped = mapping.map(owned("""
                {"tags":{"owner":{"name":"A","phone":"1"},"ownership":1},"desired":{"old":5}}
                """));

        assertThat(mapped.data().values())
                .isEqualTo(
                        new TreeMap<>(Map.of("tags.customer.name", "A", "tags.ownership", 1, "desired.new.limit", 5)));
        assertThat(mapped.unplaced()).isEmpty();
    }

    @Test
    void whatTheWayBackWouldGiveToAnotherHasNoPlace() {
        OwnedMapping mapping =
                new OwnedMapping(Side.APPLICATION, Side.HUB, List.of(new Rule("cloud.site", "tags.depot")));

        Mapped mapped = mapping.map(owned("""
                {"displayName":"T","cloud":{"site":"lyon","depot":"d","displayName":"other"}}
                """));

        assertThat(mapped.data().section("tags"))
                .isEqualTo(new JsonObject("{\"depot\":\"lyon\",\"displayName\":\"T\"}"));
        assertThat(mapped.unplaced())
                .containsEntry("cloud.depot", "tags.depot is the place of cloud.site")
                .containsEntry("cloud.displayName", "tags.displayName is the place of displayName")
                .hasSize(2);
    }

    @Test
    void whatStaysBehindIsNotFetchedOnTheWayBack() {
        OwnedMapping mapping = new OwnedMapping(Side.APPLICATION, Side.HUB, List.of(new Rule("cloud.notes", null)));

        assertThat(mapping.map(owned("{\"cloud\":{\"notes\":\"n\"}}")).data()).isEqualTo(OwnedData.NONE);
        assertThat(mapping.inverse()
                        .map(owned("{\"tags\":{\"notes\":\"theirs\",\"site\":\"x\"}}"))
                        .data()
                        .section("cloud"))
                .isEqualTo(new JsonObject("{\"site\":\"x\"}"));
    }

    @Test
    void aKeyWithADotKeepsTheObjectItIsInWhole() {
        JsonObject whole = new JsonObject("{\"cloud\":{\"hours\":{\"8.30\":true}}}");

        assertThat(OwnedData.of(whole).values()).containsKey("cloud.hours");
        assertThat(OwnedData.of(whole).section("cloud")).isEqualTo(whole.getJsonObject("cloud"));
    }

    @Test
    void noValueIsShown() {
        assertThat(owned("{\"cloud\":{\"code\":\"s3cret\"}}").toString()).doesNotContain("s3cret");
    }

    @Property
    void thereAndBackIsWhereItBeganForAllThatHasAPlace(
            @ForAll Side source,
            @ForAll Side target,
            @ForAll("data") SortedMap<String, Object> all,
            @ForAll("names") List<String> froms,
            @ForAll("names") List<String> tos) {
        SortedMap<String, Object> some = new TreeMap<>(all);
        some.keySet().removeIf(path -> !source.has(path));
        OwnedMapping mapping = new OwnedMapping(source, target, rules(source, target, froms, tos));

        Mapped there = mapping.map(new OwnedData(some));
        Mapped back = mapping.inverse().map(there.data());

        SortedMap<String, Object> expected = new TreeMap<>(some);
        expected.keySet()
                .removeIf(path -> there.unplaced().containsKey(path)
                        || mapping.place(path).isEmpty()
                        || path.equals("template"));
        assertThat(back.data().values()).isEqualTo(expected);
        assertThat(back.unplaced()).isEmpty();
        assertThat(there.data().values().keySet()).allMatch(target::has);
    }

    @Property
    void whatWasTakenApartIsPutTogetherAgain(@ForAll("data") SortedMap<String, Object> all) {
        OwnedData data = new OwnedData(all);

        OwnedData again = OwnedData.of(
                new JsonObject().put("tags", data.section("tags")).put("desired", data.section("desired")));

        SortedMap<String, Object> expected = new TreeMap<>(all);
        expected.keySet().removeIf(path -> !Side.HUB.has(path));
        assertThat(again.values()).isEqualTo(expected);
    }

    private static List<Rule> rules(Side source, Side target, List<String> froms, List<String> tos) {
        List<Rule> rules = new ArrayList<>();
        String from = source == Side.HUB ? "tags." : "cloud.";
        String to = target == Side.HUB ? "tags." : "cloud.";
        for (int i = 0; i < Math.min(froms.size(), tos.size()); i++) {
            rules.add(new Rule(from + froms.get(i), i % 3 == 2 ? null : to + tos.get(i)));
        }
        return rules;
    }

    @Provide
    Arbitrary<List<String>> names() {
        return Arbitraries.of("a", "b", "c", "displayName", "deviceTemplate", "organization")
                .list()
                .uniqueElements()
                .ofMaxSize(4);
    }

    /** Paths no one of which is above another. */
    @Provide
    Arbitrary<SortedMap<String, Object>> data() {
        Arbitrary<String> name = Arbitraries.of("a", "b", "c", "displayName", "deviceTemplate", "organization");
        Arbitrary<String> path = Arbitraries.oneOf(
                Arbitraries.of("displayName", "organization", "template"),
                Combinators.combine(Arbitraries.of("cloud", "writable", "tags", "desired"), name)
                        .as((section, one) -> section + "." + one),
                Combinators.combine(Arbitraries.of("cloud", "writable", "tags", "desired"), name, name)
                        .as((section, one, two) -> section + "." + one + "." + two));
        Arbitrary<Object> value = Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(3).map(Object.class::cast),
                Arbitraries.integers().map(Object.class::cast));
        return Combinators.combine(path.list().ofMaxSize(12), value.list().ofSize(12))
                .as((paths, values) -> {
                    SortedMap<String, Object> data = new TreeMap<>();
                    for (int i = 0; i < paths.size(); i++) {
                        if (!OwnedData.isTaken(data, paths.get(i))) {
                            data.put(paths.get(i), values.get(i));
                        }
                    }
                    return data;
                });
    }

    private static OwnedData owned(String json) {
        return OwnedData.of(new JsonObject(json));
    }
}
