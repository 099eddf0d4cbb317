package io.drover.worker.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.azure.central.CentralJobs.CommandRecord;
import io.drover.worker.device.EvidenceKind;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class JobVerdictTest {
    private static final Instant NOW = Instant.parse("2026-11-24T00:00:00Z");
    private static final JsonObject REQUEST = new JsonObject().put("idScope", "0ne1");

    @Test
    void theDevicesOwnAnswerSaysWhyItFailed() {
        assertThat(kind(record("a", 404))).isEqualTo(EvidenceKind.NO_HANDLER);
        assertThat(kind(record("a", 403))).isEqualTo(EvidenceKind.REFUSED);
        assertThat(kind(record("a", 200))).isEqualTo(EvidenceKind.COMMAND_ACCEPTED);
    }

    @Test
    void withoutAnAnswerOnRecordTheCommandMayHaveBeenDelivered() {
        assertThat(kind()).isEqualTo(EvidenceKind.UNKNOWN_OUTCOME);
        assertThat(kind(new CommandRecord("a", REQUEST, Optional.empty()))).isEqualTo(EvidenceKind.UNKNOWN_OUTCOME);
        assertThat(kind(record("a", 403), new CommandRecord("b", REQUEST, Optional.empty())))
                .isEqualTo(EvidenceKind.UNKNOWN_OUTCOME);
    }

    @Test
    void aRecordOfAnotherRequestOrOneJudgedBeforeProvesNothing() {
        CommandRecord other = new CommandRecord("a", new JsonObject().put("idScope", "0ne2"), Optional.of(200));
        JobVerdict verdict =
                JobVerdict.of(List.of(other, record("b", 403), record("c", 404)), REQUEST, Set.of("b"), 2, NOW);

        assertThat(verdict.evidence().kind()).isEqualTo(EvidenceKind.NO_HANDLER);
        assertThat(verdict.evidence().attempt()).isEqualTo(2);
        assertThat(verdict.records()).containsExactly("c");
    }

    @Property
    void answersThatDisagreeAreNeverTakenForOne(
            @ForAll @Size(min = 1, max = 5) List<@IntRange(min = 200, max = 599) Integer> statuses) {
        List<CommandRecord> records =
                statuses.stream().map(status -> record("r" + status, status)).toList();
        Set<EvidenceKind> each = records.stream().map(JobVerdictTest::kind).collect(Collectors.toSet());

        EvidenceKind together =
                JobVerdict.of(records, REQUEST, Set.of(), 1, NOW).evidence().kind();

        assertThat(together).isEqualTo(each.size() == 1 ? each.iterator().next() : EvidenceKind.UNKNOWN_OUTCOME);
    }

    private static CommandRecord record(String id, int status) {
        return new CommandRecord(id, REQUEST.copy(), Optional.of(status));
    }

    private static EvidenceKind kind(CommandRecord... records) {
        return JobVerdict.of(List.of(records), REQUEST, Set.of(), 1, NOW)
                .evidence()
                .kind();
    }
}
