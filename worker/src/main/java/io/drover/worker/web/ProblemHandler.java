package io.drover.worker.web;

import io.drover.worker.ConfigException;
import io.drover.worker.azure.AzureException;
import io.drover.worker.permission.MissingPermissionsException;
import io.drover.worker.sql.SqlFailure;
import io.drover.worker.web.ProblemException.Mistake;
import io.vertx.core.Handler;
import io.vertx.core.VertxException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import io.vertx.openapi.validation.ValidatorErrorType;
import io.vertx.openapi.validation.ValidatorException;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers every request that failed with problem details (RFC 9457). What nobody foresaw is logged under an id and told without details. */
public final class ProblemHandler implements Handler<RoutingContext> {
    /** The media type of every answer that is an error. */
    public static final String MEDIA_TYPE = "application/problem+json";

    private static final Logger LOG = LoggerFactory.getLogger(ProblemHandler.class);

    @Override
    public void handle(RoutingContext call) {
        if (call.response().headWritten()) {
            // Nothing can be said any more but that the body is not whole.
            call.request().connection().close();
            return;
        }
        answer(call, problem(call.failure(), call.statusCode()));
    }

    /** Answers with a problem too what fails before any route of this router is found. */
    public static void standIn(Router router) {
        for (int status : new int[] {400, 404, 405, 406, 413, 415, 500}) {
            router.errorHandler(status, call -> answer(call, beforeRoutes(call.failure(), status)));
        }
    }

    /** What fails there is the request itself, which Vert.x cannot read. */
    private static ProblemException beforeRoutes(Throwable failure, int status) {
        boolean unreadable = failure instanceof VertxException || failure instanceof IllegalArgumentException;
        return unreadable ? byStatus(400) : problem(failure, status);
    }

    /** Answers with this problem. */
    public static void answer(RoutingContext call, ProblemException problem) {
        if (!call.request().isEnded()) {
            // What is left of a refused body is dropped as it comes, so that the connection can carry the next request.
            call.request().resume();
        }
        call.response()
                .setStatusCode(problem.status())
                .putHeader("content-type", MEDIA_TYPE)
                .putHeader("cache-control", "no-store");
        if (problem.status() == 401 && !call.response().headers().contains("www-authenticate")) {
            call.response().putHeader("www-authenticate", "Bearer");
        }
        if (problem.status() == 503 && !call.response().headers().contains("retry-after")) {
            call.response().putHeader("retry-after", "5");
        }
        call.response().end(problem.json().encode()).onFailure(gone -> LOG.debug("The caller is gone", gone));
    }

    /** What a failure is to whoever asked. */
    public static ProblemException problem(Throwable failure, int status) {
        if (failure instanceof ProblemException problem) {
            return problem;
        }
        if (failure instanceof ValidatorException invalid) {
            return invalid(invalid);
        }
        if (failure instanceof ConfigException mistakes) {
            return mistakes(mistakes);
        }
        if (failure instanceof DecodeException) {
            return new ProblemException(
                    400, "not-json", "Not JSON", "The body is not JSON. Check quotes, commas and brackets.");
        }
        if (failure instanceof HttpException http) {
            return byStatus(http.getStatusCode());
        }
        if (status >= 400 && status < 500) {
            // Vert.x itself could not read the request.
            return byStatus(status);
        }
        if (failure instanceof MissingPermissionsException) {
            return new ProblemException(502, "worker-lacks-rights", "The worker lacks rights", failure.getMessage());
        }
        if (failure instanceof AzureException azure) {
            return new ProblemException(
                    azure.status() == 429 ? 503 : 502, "azure", "Azure refused or was not reached", azure.getMessage());
        }
        if (failure != null && SqlFailure.isPassing(failure)) {
            LOG.warn("The ledger does not answer: {}", failure.getMessage());
            return new ProblemException(
                    503,
                    "ledger-away",
                    "The ledger does not answer",
                    "Try again in some seconds; see the worker's log.");
        }
        return failure == null ? byStatus(status) : unforeseen(failure);
    }

    private static ProblemException unforeseen(Throwable failure) {
        String id = UUID.randomUUID().toString();
        LOG.error("A request failed ({})", id, failure);
        return new ProblemException(
                500,
                "internal",
                "The worker failed",
                "This should not happen. Look into the worker's log for " + id + " and report it.");
    }

    private static ProblemException invalid(ValidatorException invalid) {
        if (invalid.type() == ValidatorErrorType.UNSUPPORTED_VALUE_FORMAT) {
            return new ProblemException(
                    415, "media-type", "Another media type is needed", "Send the body as application/json.");
        }
        String text = invalid.getMessage() == null ? "It does not fit the document." : invalid.getMessage();
        return new ProblemException(
                400,
                "invalid",
                "The request does not fit the document",
                text + " See /api/openapi.yaml.",
                List.of(new Mistake("request", text, "Correct it by /api/openapi.yaml.")));
    }

    private static ProblemException mistakes(ConfigException mistakes) {
        return new ProblemException(
                422,
                "definition",
                "The definition has mistakes",
                "Correct what problems lists; docs/configuration.md tells every key.",
                mistakes.problems().stream()
                        .map(one -> new Mistake(one.key(), one.what(), one.remedy()))
                        .toList());
    }

    private static ProblemException byStatus(int status) {
        return switch (status) {
            case 400 ->
                new ProblemException(
                        400, "bad-request", "Bad request", "The request cannot be read. See /api/openapi.yaml.");
            case 401 -> new ProblemException(401, "not-signed-in", "Not signed in", "Sign in, then ask again.");
            case 403 -> new ProblemException(403, "forbidden", "Forbidden", "Your roles do not allow this.");
            case 404 ->
                new ProblemException(
                        404, "not-found", "Not found", "There is nothing at this path. See /api/openapi.yaml.");
            case 405 ->
                new ProblemException(
                        405,
                        "method",
                        "The path does not take this method",
                        "See /api/openapi.yaml for the methods of this path.");
            case 406 ->
                new ProblemException(
                        406, "not-acceptable", "Not acceptable", "Ask for application/json or leave Accept out.");
            case 413 ->
                new ProblemException(
                        413,
                        "body-too-large",
                        "The body is too large",
                        "Send less at once, or raise api.limits.body in the worker's configuration.");
            case 414 -> new ProblemException(414, "uri-too-long", "The URI is too long", "Shorten the query.");
            case 415 ->
                new ProblemException(
                        415, "media-type", "Another media type is needed", "Send the body as application/json.");
            case 431 ->
                new ProblemException(
                        431, "headers-too-large", "The headers are too large", "Send fewer or shorter ones.");
            case 503 -> new ProblemException(503, "busy", "The worker is busy", "Try again in some seconds.");
            default ->
                status >= 400 && status < 500
                        ? new ProblemException(
                                status, "bad-request", "Bad request", "The request cannot be carried out.")
                        : new ProblemException(
                                500, "internal", "The worker failed", "Look into the worker's log and report it.");
        };
    }

    /** The problem as JSON text, to be kept in the ledger. */
    public static JsonObject json(Throwable failure) {
        return problem(failure, 500).json();
    }
}
