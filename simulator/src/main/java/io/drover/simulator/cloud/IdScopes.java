package io.drover.simulator.cloud;

import java.util.Locale;
import java.util.random.RandomGenerator;

/** Makes id scopes in the form Azure shows: {@code 0ne} and eight hexadecimal digits. */
final class IdScopes {
    private IdScopes() {}

    static String next(RandomGenerator random) {
        return "0ne" + String.format(Locale.ROOT, "%08X", random.nextInt());
    }
}
