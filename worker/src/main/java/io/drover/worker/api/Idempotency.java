package io.drover.worker.api;

import io.drover.worker.db.AnswerStore;
import io.drover.worker.db.AnswerStore.Kept;
import io.drover.worker.web.ProblemException;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** Carries out a write that has an Idempotency-Key once, and gives its answer again to who repeats it. */
final class Idempotency {
    private static final String HEADER = "Idempotency-Key";
    private static final String REPLAYED = "Idempotent-Replayed";

    private final AnswerStore answers;

    Idempotency(AnswerStore answers) {
        this.answers = answers;
    }

    /** Fails with 422 when the key was used for another write, and with 409 while the same write is under way. */
    Future<Answer> once(Call call, String operation, Operation carriedOut) {
        String key = call.header(HEADER);
        boolean reads = call.context().request().method().name().equals("GET");
        if (key == null || reads || call.caller() == null) {
            return carriedOut.carryOut(call);
        }
        AnswerStore.Key mine = new AnswerStore.Key(call.caller().id(), key);
        String hash =
                hash(operation, call.context().request().path(), call.body().encode());
        return answers.take(mine, hash)
                .compose(kept -> kept.isPresent() ? again(kept.get(), hash) : first(call, mine, carriedOut));
    }

    private Future<Answer> first(Call call, AnswerStore.Key key, Operation carriedOut) {
        return Future.succeededFuture(call)
                .compose(carriedOut::carryOut)
                .compose(
                        answer -> answers.answered(
                                        key, answer.status(), answer.headers().get("location"), answer.body())
                                .map(answer),
                        failure -> answers.free(key).transform(freed -> Future.failedFuture(failure)));
    }

    private static Future<Answer> again(Kept kept, String hash) {
        if (!kept.requestHash().equals(hash)) {
            return Future.failedFuture(new ProblemException(
                    422,
                    "idempotency-key",
                    "The key was used for another request",
                    "Take a new Idempotency-Key for each write; the same one only repeats the same write."));
        }
        if (kept.underWay()) {
            return Future.failedFuture(new ProblemException(
                    409,
                    "under-way",
                    "The same write is under way",
                    "Wait some seconds, then repeat it with the same Idempotency-Key to get its answer."));
        }
        Map<String, String> headers = new HashMap<>(Map.of(REPLAYED, "true"));
        if (kept.body() != null) {
            headers.put("content-type", "application/json");
        }
        if (kept.location() != null) {
            headers.put("location", kept.location());
        }
        return Future.succeededFuture(new Answer(kept.status(), headers, kept.body(), false));
    }

    /** Each part goes in with its length, so that no two requests have the same text. */
    private static String hash(String... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
