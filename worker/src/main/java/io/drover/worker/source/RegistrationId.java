package io.drover.worker.source;

import java.util.regex.Pattern;

/** What a provisioning service takes as a registration id (reference section c.1); hubs and applications allow more. */
final class RegistrationId {
    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9._:-]{0,127}[A-Za-z0-9-]");

    private RegistrationId() {}

    static boolean isValid(String deviceId) {
        return VALID.matcher(deviceId).matches();
    }
}
