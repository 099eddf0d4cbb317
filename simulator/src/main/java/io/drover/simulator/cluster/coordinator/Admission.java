package io.drover.simulator.cluster.coordinator;

import io.drover.simulator.cluster.ClusterSecret;
import io.drover.simulator.cluster.Hello;
import java.util.Optional;
import java.util.Set;

/** Decides who may take part in a fleet. */
record Admission(Expected expected, ClusterSecret secret, String coordinator, String version) {

    /**
     * Why this process may not take part, for the person who started it; empty when it may. Who does not know the secret learns
     * nothing else.
     *
     * @param joined names of those who have joined
     * @param complete whether the members' parts have been given out
     */
    Optional<String> refusal(Hello hello, Set<String> joined, boolean complete) {
        if (!hello.knows(secret, coordinator)) {
            return Optional.of(
                    "the secrets differ; put the one of this fleet into the same environment variable of both "
                            + "(--secret-env)");
        }
        if (hello.protocol() != Hello.PROTOCOL || !hello.version().equals(version)) {
            return Optional.of("the coordinator is version " + version + " and this member " + hello.version()
                    + "; use the same simulator.jar everywhere");
        }
        if (complete || joined.size() >= expected.count()) {
            return Optional.of("the fleet is complete: " + expected.count() + " of " + expected.count()
                    + " members have joined (" + String.join(", ", joined)
                    + "); start the coordinator with more --members to have another");
        }
        if (joined.contains(hello.name())) {
            return Optional.of("a member named '" + hello.name() + "' has joined already; give another --name");
        }
        if (!expected.names().isEmpty() && !expected.names().contains(hello.name())) {
            return Optional.of("'" + hello.name() + "' is none of the members that are waited for ("
                    + String.join(", ", expected.names()) + "); give one of these as --name");
        }
        return Optional.empty();
    }
}
