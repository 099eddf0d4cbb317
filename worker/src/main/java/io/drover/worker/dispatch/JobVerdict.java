package io.drover.worker.dispatch;

import io.drover.worker.azure.central.CentralJobs.CommandRecord;
import io.drover.worker.device.Evidence;
import io.drover.worker.device.EvidenceKind;
import io.drover.worker.source.MoveReply;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * What a device's command history proves when a job calls it failed without saying why. Records tell neither their time
 * nor their job (reference section a.6): one counts when it carries the job's request and was not judged before. Unless
 * those that count agree on the device's own answer the outcome is unknown, as the command may have been delivered: the
 * target is looked at before anything is sent again. Whether the device was offline the next command tells.
 */
record JobVerdict(Evidence evidence, List<String> records) {
    static JobVerdict of(List<CommandRecord> history, Object request, Set<String> judged, int attempt, Instant at) {
        List<CommandRecord> own = history.stream()
                .filter(record -> request.equals(record.request()) && !judged.contains(record.id()))
                .toList();
        List<String> ids = own.stream().map(CommandRecord::id).toList();
        List<Evidence> answers = own.stream()
                .flatMap(record -> record.status().stream())
                .map(status -> CommandOutcome.of(new MoveReply(status), attempt, at))
                .toList();
        Set<EvidenceKind> kinds = answers.stream().map(Evidence::kind).collect(java.util.stream.Collectors.toSet());
        boolean certain = kinds.size() == 1 && answers.size() == own.size();
        return new JobVerdict(
                certain
                        ? answers.get(0)
                        : Evidence.unknownOutcome(at, attempt, "failed in the job, with no answer on record"),
                ids);
    }
}
