package io.drover.worker.api;

import io.vertx.core.Future;

/** Carries out one operation of the document. Called on the server's event loop, which it never blocks. */
@FunctionalInterface
interface Operation {
    /** Fails with {@link io.drover.worker.web.ProblemException} for what the caller can mend. */
    Future<Answer> carryOut(Call call);
}
