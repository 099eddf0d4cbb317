package io.drover.simulator.cluster.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.simulator.cluster.ClusterException;
import io.drover.simulator.cluster.ClusterSecret;
import io.drover.simulator.cluster.Hello;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final String COORDINATOR = "coordinator-id";
    private static final ClusterSecret SECRET = secret("s3cret-of-this-fleet");

    @Test
    void aMemberWithTheSecretOfTheSameVersionMayTakePart() throws ClusterException {
        assertThat(admission("2").refusal(hello(SECRET, COORDINATOR, "1.0", "a"), Set.of(), false))
                .isEmpty();
    }

    @Test
    void aStrangerLearnsOnlyThatTheSecretsDiffer() throws ClusterException {
        Admission admission = admission("a,b");

        assertThat(admission.refusal(hello(secret("other"), COORDINATOR, "0.9", "x"), Set.of("a", "b"), true))
                .hasValueSatisfying(refusal ->
                        assertThat(refusal).contains("the secrets differ").doesNotContain("1.0", "s3cret", "complete"));
        assertThat(admission.refusal(hello(secret(""), COORDINATOR, "1.0", "a"), Set.of(), false))
                .hasValueSatisfying(refusal -> assertThat(refusal).contains("the secrets differ"));
    }

    @Test
    void aProofForAnotherCoordinatorIsNone() throws ClusterException {
        assertThat(admission("2").refusal(hello(SECRET, "another", "1.0", "a"), Set.of(), false))
                .hasValueSatisfying(refusal -> assertThat(refusal).contains("the secrets differ"));
    }

    @Test
    void anotherVersionIsRefusedWithBothNamed() throws ClusterException {
        assertThat(admission("2").refusal(hello(SECRET, COORDINATOR, "1.1", "a"), Set.of(), false))
                .hasValue("the coordinator is version 1.0 and this member 1.1; use the same simulator.jar everywhere");
    }

    @Test
    void aCompleteFleetTakesNobodyAndSaysWhoIsThere() throws ClusterException {
        assertThat(admission("1").refusal(hello(SECRET, COORDINATOR, "1.0", "late"), Set.of("a"), true))
                .hasValueSatisfying(refusal ->
                        assertThat(refusal).contains("the fleet is complete: 1 of 1 members have joined (a)"));
    }

    @Test
    void namesAreThoseWaitedForAndEachIsTakenOnce() throws ClusterException {
        Admission admission = admission("a, b");

        assertThat(admission.refusal(hello(SECRET, COORDINATOR, "1.0", "a"), Set.of("a"), false))
                .hasValueSatisfying(refusal -> assertThat(refusal).contains("'a' has joined already"));
        assertThat(admission.refusal(hello(SECRET, COORDINATOR, "1.0", "c"), Set.of("a"), false))
                .hasValueSatisfying(refusal -> assertThat(refusal).contains("'c' is none of the members", "(a, b)"));
        assertThat(Expected.parse("a, b").missing(Set.of("b"))).isEqualTo("a");
        assertThat(Expected.parse("3").missing(Set.of("b"))).isEqualTo("2 more");
    }

    @Test
    void membersThatCannotBeWaitedForAreRefused() {
        for (String wrong : new String[] {"0", "-1", "201", "a,,b", "a,a", ""}) {
            assertThatThrownBy(() -> Expected.parse(wrong)).as(wrong).isInstanceOf(ClusterException.class);
        }
    }

    private static Admission admission(String members) throws ClusterException {
        return new Admission(Expected.parse(members), SECRET, COORDINATOR, "1.0");
    }

    private static Hello hello(ClusterSecret secret, String coordinator, String version, String name) {
        return new Hello(
                Hello.PROTOCOL,
                version,
                "node-of-" + name,
                name,
                1,
                "host",
                2,
                2,
                100,
                Hello.memberProof(secret, "node-of-" + name, coordinator));
    }

    private static ClusterSecret secret(String value) {
        return ClusterSecret.of(Map.of("FLEET", value), "FLEET");
    }
}
