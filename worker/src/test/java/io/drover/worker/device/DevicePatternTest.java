package io.drover.worker.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DevicePatternTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {
                "null, truck, true", "null, null, true", "truck, null, false", "truck, truck, true",
                        "truck, trucks, false",
                "truck*, trucks, true", "*ck, truck, true", "t*u*k, truck, true", "t*u*k, tuk, true", "a*a, a, false",
                "*, truck, true", "t*x*k, truck, false", "Truck, truck, false"
            })
    void aPatternFitsTheWholeText(String pattern, String text, boolean fits) {
        assertThat(DevicePattern.fits(pattern, text)).isEqualTo(fits);
    }
}
