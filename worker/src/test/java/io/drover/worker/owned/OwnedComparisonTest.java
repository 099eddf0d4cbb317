package io.drover.worker.owned;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.owned.Difference.Kind;
import io.drover.worker.owned.OwnedMapping.Mapped;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OwnedComparisonTest {
    @Test
    void whatIsThereAlreadyIsNotWrittenAndMoreAtTheTargetIsNoDifference() {
        OwnedComparison compared = compare(
                "{\"tags\":{\"site\":\"lyon\",\"limit\":20}}",
                "{\"tags\":{\"site\":\"lyon\",\"limit\":20.0,\"own\":1}}");

        assertThat(compared.isEqual()).isTrue();
    }

    @Test
    void anotherValueStaysAndIsNamedUnlessItIsToBeOverwritten() {
        Mapped wanted = wanted("{\"tags\":{\"site\":\"lyon\",\"new\":1}}");
        OwnedData there = owned("{\"tags\":{\"site\":\"turin\"}}");

        OwnedComparison kept = OwnedComparison.of(wanted, there, new AnyPlace(), false);
        OwnedComparison overwritten = OwnedComparison.of(wanted, there, new AnyPlace(), true);

        assertThat(kept.missing().values()).containsOnlyKeys("tags.new");
        assertThat(kept.differences()).containsExactly(new Difference(Kind.OTHER_VALUE, "tags.site", ""));
        assertThat(overwritten.missing().values()).containsOnlyKeys("tags.new", "tags.site");
        assertThat(overwritten.differences()).isEmpty();
    }

    @Test
    void aValueIsNotWrittenOverAnObjectNorAnObjectOverAValue() {
        OwnedComparison compared =
                compare("{\"tags\":{\"a\":1,\"b\":{\"c\":2}}}", "{\"tags\":{\"a\":{\"x\":1},\"b\":3}}");

        assertThat(compared.missing().values()).isEmpty();
        assertThat(compared.differences()).extracting(Difference::path).containsExactly("tags.a", "tags.b.c");
    }

    @Test
    void whatIsWrittenOfAComponentCarriesItsMarker() {
        OwnedComparison compared = compare(
                "{\"desired\":{\"cooler\":{\"__t\":\"c\",\"limit\":4,\"fan\":1}}}",
                "{\"desired\":{\"cooler\":{\"__t\":\"c\",\"fan\":1}}}");

        assertThat(compared.missing().values()).containsOnlyKeys("desired.cooler.__t", "desired.cooler.limit");
    }

    @Test
    void aMissingMarkerAloneIsNoDifference() {
        assertThat(compare(
                                "{\"desired\":{\"cooler\":{\"__t\":\"c\",\"fan\":1}}}",
                                "{\"desired\":{\"cooler\":{\"fan\":1}}}")
                        .isEqual())
                .isTrue();
    }

    private static OwnedComparison compare(String wanted, String there) {
        return OwnedComparison.of(wanted(wanted), owned(there), new AnyPlace(), false);
    }

    private static Mapped wanted(String json) {
        return new Mapped(owned(json), new TreeMap<>());
    }

    private static OwnedData owned(String json) {
        return OwnedData.of(new JsonObject(json));
    }

    /** Takes every path; nothing is asked of it here. */
    private record AnyPlace() implements OwnedPlace {
        @Override
        public Future<Optional<OwnedData>> read(String deviceId, OwnedData wanted) {
            return Future.failedFuture("not asked");
        }

        @Override
        public Future<Optional<OwnedData>> write(String deviceId, OwnedData there, OwnedData values) {
            return Future.failedFuture("not asked");
        }

        @Override
        public Optional<String> refuses(OwnedData there, String path) {
            return Optional.empty();
        }
    }
}
