package io.drover.worker;

import io.drover.worker.Access.ApiToken;
import io.drover.worker.Access.Policy;
import io.drover.worker.Access.Use;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads {@code access}: services that are used with shared access policies or API tokens instead of Entra. */
final class AccessLoader {
    private static final String SCHEME = "SharedAccessSignature ";

    private final SecretReader secrets;

    AccessLoader(SecretReader secrets) {
        this.secrets = secrets;
    }

    Access read(ConfigSection access) {
        Access read = new Access(
                policies(access, "hubs", true), policies(access, "provisioningServices", false), tokens(access));
        access.end();
        return read;
    }

    private List<Policy> policies(ConfigSection access, String key, boolean hub) {
        List<Policy> policies = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (ConfigSection each : access.list(key)) {
            String name = name(each, names);
            String policy = each.required(
                    "policy",
                    "Write the name of the shared access policy, such as "
                            + (hub
                                    ? "service."
                                    : "one with EnrollmentRead, EnrollmentWrite and RegistrationStatusRead."));
            Secret secret = secrets.secret(each, "key", "DROVER_" + (hub ? "HUB" : "DPS") + "_KEY");
            if (!isKey(secret.value())) {
                each.problem("key", "is not the base64 text of a key.", "Copy the policy's primary or secondary key.");
            }
            policies.add(new Policy(name, policy, secret, hub ? each.choice("use", Use.class, Use.ALL) : Use.ALL));
            each.end();
        }
        return policies;
    }

    private List<ApiToken> tokens(ConfigSection access) {
        List<ApiToken> tokens = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (ConfigSection each : access.list("applications")) {
            String name = name(each, names);
            Secret token = secrets.secret(each, "token", "DROVER_CENTRAL_TOKEN");
            if (!token.value().isEmpty()
                    && (!token.value().startsWith(SCHEME) || !token.value().matches("[\\x20-\\x7e]+"))) {
                each.problem(
                        "token",
                        "does not begin with '" + SCHEME.strip() + "'.",
                        "Put the API token there as IoT Central showed it when it was made.");
            }
            tokens.add(new ApiToken(name, token));
            each.end();
        }
        return tokens;
    }

    private static String name(ConfigSection each, Set<String> names) {
        String name = each.required("name", "Write the name of the service, or its host name.");
        if (!name.isEmpty() && !names.add(name.toLowerCase(Locale.ROOT))) {
            each.problem("name", "'" + name + "' is given twice.", "Remove one of them.");
        }
        return name;
    }

    /** An empty one was reported already. */
    private static boolean isKey(String text) {
        try {
            return text.isEmpty() || Base64.getDecoder().decode(text).length > 0;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }
}
