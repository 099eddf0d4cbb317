package io.drover.worker.api;

import io.drover.worker.auth.Caller;
import io.drover.worker.auth.Gatekeeper;
import io.drover.worker.auth.Role;
import io.drover.worker.web.BodyLimit;
import io.drover.worker.web.ProblemException;
import io.drover.worker.web.ProblemHandler;
import io.drover.worker.web.RateLimit;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.openapi.router.OpenAPIRoute;
import io.vertx.ext.web.openapi.router.RequestExtractor;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Path;
import io.vertx.openapi.validation.RequestValidator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Routes requests by the OpenAPI document. For every operation, in this order: who asks, whether their roles allow it,
 * the body up to its limit, whether the request fits the document, and only then the operation itself.
 */
final class ApiRouter {
    private static final Logger LOG = LoggerFactory.getLogger(ApiRouter.class);
    private static final String NONE = "none";

    private final Vertx vertx;
    private final Gatekeeper gatekeeper;
    private final RateLimit limit;
    private final Map<String, Operation> operations;
    private final Idempotency idempotency;
    private final int bodyLimit;

    ApiRouter(
            Vertx vertx,
            Gatekeeper gatekeeper,
            RateLimit limit,
            Map<String, Operation> operations,
            Idempotency idempotency,
            int bodyLimit) {
        this.vertx = vertx;
        this.gatekeeper = gatekeeper;
        this.limit = limit;
        this.operations = Map.copyOf(operations);
        this.idempotency = idempotency;
        this.bodyLimit = bodyLimit;
    }

    /** Fails with IllegalStateException when an operation has no role or nobody carries it out, or one too many does. */
    Future<Router> build(ApiDocument document) {
        return OpenAPIContract.from(vertx, document.routable()).map(contract -> {
            complete(contract);
            RequestValidator validator = RequestValidator.create(vertx, contract);
            RouterBuilder builder = RouterBuilder.create(vertx, contract, RequestExtractor.withBodyHandler());
            builder.rootHandler(ApiRouter::begin);
            builder.rootHandler(gatekeeper.identify());
            builder.rootHandler(limit);
            for (OpenAPIRoute route : builder.getRoutes()) {
                route.setDoValidation(false).setDoSecurity(false);
                handle(route, validator);
            }
            Router router = builder.createRouter();
            contract.getPaths().forEach(path -> refuseOtherMethods(router, path));
            router.route().failureHandler(new ProblemHandler());
            return router;
        });
    }

    private static void refuseOtherMethods(Router router, Path path) {
        String allowed = path.getOperations().stream()
                .map(operation -> operation.getHttpMethod().name())
                .sorted()
                .collect(Collectors.joining(", "));
        router.route(path.getName().replaceAll("\\{(.*?)}", ":$1")).handler(call -> {
            call.response().putHeader("allow", allowed);
            call.fail(405);
        });
    }

    private void complete(OpenAPIContract contract) {
        Set<String> known = contract.operations().stream()
                .map(io.vertx.openapi.contract.Operation::getOperationId)
                .collect(Collectors.toSet());
        TreeSet<String> missing = new TreeSet<>(known);
        missing.removeAll(operations.keySet());
        TreeSet<String> unknown = new TreeSet<>(operations.keySet());
        unknown.removeAll(known);
        if (!missing.isEmpty() || !unknown.isEmpty()) {
            throw new IllegalStateException("The OpenAPI document and the program differ: nobody carries out " + missing
                    + ", and the document does not know " + unknown);
        }
        contract.operations().forEach(ApiRouter::role);
    }

    /** The role that an operation takes; empty for none. */
    private static Optional<Role> role(io.vertx.openapi.contract.Operation operation) {
        Object text = operation.getExtensions().get("x-drover-role");
        if (NONE.equals(text)) {
            return Optional.empty();
        }
        return Optional.of(Role.named(String.valueOf(text))
                .orElseThrow(() -> new IllegalStateException("The OpenAPI document gives " + operation.getOperationId()
                        + " no role that is known: " + text)));
    }

    private static void begin(RoutingContext call) {
        call.response().putHeader("cache-control", "no-store").putHeader("x-content-type-options", "nosniff");
        call.next();
    }

    private void handle(OpenAPIRoute route, RequestValidator validator) {
        io.vertx.openapi.contract.Operation operation = route.getOperation();
        Optional<Role> role = role(operation);
        Operation carriedOut = operations.get(operation.getOperationId());
        RequestExtractor extractor = RequestExtractor.withBodyHandler();
        route.addHandler(call -> authorize(call, role));
        // As a plain handler: the router wants bodies read before anything else, and here nobody's is before they may
        // ask.
        BodyHandler body = BodyLimit.reader(bodyLimit);
        route.addHandler(call -> body.handle(call));
        route.addFailureHandler(BodyLimit.failure(bodyLimit));
        route.addHandler(call -> Future.succeededFuture()
                .compose(now -> extractor.extractValidatableRequest(call, operation))
                .recover(ApiRouter::undecodable)
                .map(request -> Parameters.quoted(request, operation))
                .compose(request -> validator.validate(request, operation.getOperationId()))
                .map(request -> {
                    Parameters.refuseZero(request);
                    return new Call(call, request);
                })
                .compose(asked -> idempotency.once(asked, operation.getOperationId(), carriedOut))
                .onSuccess(answer -> write(call, answer))
                .onFailure(call::fail));
    }

    private static <T> Future<T> undecodable(Throwable cause) {
        return Future.failedFuture(
                cause instanceof IllegalArgumentException
                        ? new ProblemException(
                                400,
                                "percent-encoding",
                                "A parameter cannot be decoded",
                                "Encode path and query in UTF-8 and percent signs.")
                        : cause);
    }

    private static void authorize(RoutingContext call, Optional<Role> role) {
        Caller caller = Caller.of(call);
        if (role.isPresent() && caller == null) {
            call.fail(new ProblemException(
                    401,
                    "not-signed-in",
                    "Not signed in",
                    "Sign in with a browser, or send a bearer token. /api/v1/session tells where."));
        } else if (role.isPresent() && !caller.may(role.get())) {
            call.fail(new ProblemException(
                    403,
                    "role",
                    "Your roles do not allow this",
                    "It takes the role " + role.get().text() + ", and " + caller.id() + " has "
                            + (caller.roles().isEmpty()
                                    ? "none"
                                    : caller.roles().stream()
                                            .map(Role::text)
                                            .sorted()
                                            .collect(Collectors.joining(", ")))
                            + ". An administrator of the directory assigns roles."));
        } else {
            call.next();
        }
    }

    private static void write(RoutingContext call, Answer answer) {
        if (answer.written() || call.response().ended()) {
            return;
        }
        HttpServerResponse response = call.response().setStatusCode(answer.status());
        answer.headers().forEach(response::putHeader);
        Future<Void> done = answer.body() == null ? response.end() : response.end(answer.body());
        done.onFailure(gone -> LOG.debug("The caller is gone", gone));
    }
}
