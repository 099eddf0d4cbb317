package io.drover.worker.azure;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;

class PathSegmentTest {
    @Property
    void anyDeviceIdSurvivesOneSegment(@ForAll @CharRange(from = ' ', to = '~') String id) {
        String segment = PathSegment.encode(id);
        assertThat(segment).matches("[A-Za-z0-9._~%-]*");
        assertThat(URLDecoder.decode(segment, StandardCharsets.UTF_8)).isEqualTo(id);
    }
}
