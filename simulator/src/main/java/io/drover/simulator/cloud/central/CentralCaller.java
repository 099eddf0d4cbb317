package io.drover.simulator.cloud.central;

import java.util.Set;

/**
 * Who calls an application's REST API, and what the roles allow.
 *
 * @param name for messages: a client id, a user or a token, never a secret
 * @param organizations what the caller sees, with everything below; empty for all
 */
record CentralCaller(String name, Set<Right> rights, Set<String> organizations) {
    boolean may(Right right) {
        return rights.contains(right);
    }
}
