package io.drover.worker.api;

import io.drover.worker.operation.BusyException;
import io.drover.worker.operation.RefusedException;
import io.drover.worker.web.ProblemException;
import io.vertx.core.Future;

/** What is not done although the request fits the document. */
final class Refusals {
    private Refusals() {}

    static ProblemException conflict(String code, String title, String detail) {
        return new ProblemException(409, code, title, detail);
    }

    /** As things stand it must not be done: 409; too much is done at once: 503. */
    static <T> Future<T> told(Throwable failure) {
        if (failure instanceof RefusedException || failure instanceof IllegalArgumentException) {
            return Future.failedFuture(conflict("refused", "Not as things stand", failure.getMessage()));
        }
        return Future.failedFuture(
                failure instanceof BusyException
                        ? new ProblemException(503, "busy", "The worker is busy", failure.getMessage())
                        : failure);
    }
}
