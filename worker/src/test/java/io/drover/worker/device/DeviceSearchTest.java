package io.drover.worker.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class DeviceSearchTest {
    @Test
    void theTextsWithABeginningEndBeforeTheNextOne() {
        assertThat(DeviceSearch.after("truck-1")).contains("truck-2");
        assertThat(DeviceSearch.after("a\uD7FF")).as("no half of a pair").contains("a\uE000");
        assertThat(DeviceSearch.after("a" + Character.toString(Character.MAX_CODE_POINT)))
                .contains("b");
        assertThat(DeviceSearch.after(Character.toString(Character.MAX_CODE_POINT)))
                .isEmpty();
    }

    @Property
    void aTextIsInTheRangeWhenItHasTheBeginning(
            @ForAll @StringLength(min = 1, max = 4) String beginning, @ForAll @StringLength(max = 6) String text) {
        String some = valid(beginning);
        assertThat(inRange(some + valid(text), some)).isTrue();
        assertThat(inRange(valid(text), some)).isEqualTo(valid(text).startsWith(some));
    }

    private static boolean inRange(String text, String beginning) {
        return compare(text, beginning) >= 0
                && DeviceSearch.after(beginning)
                        .map(after -> compare(text, after) < 0)
                        .orElse(true);
    }

    /** As both databases do. */
    private static int compare(String one, String other) {
        return Arrays.compareUnsigned(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private static String valid(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
