package io.drover.simulator.cloud.metrics;

import java.util.Locale;

/** The emulated services as metrics name them: each by what it is and how it is spoken to. */
public enum CloudService {
    ENTRA,
    ARM,
    CENTRAL,
    /** The service API of provisioning services. */
    DPS_REST,
    /** The device API of provisioning services. */
    DPS_MQTT,
    HUB_REST,
    HUB_MQTT,
    /** The built-in telemetry endpoint. */
    HUB_AMQP;

    /** The label value. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
