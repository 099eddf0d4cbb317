package io.drover.simulator.cloud.fault;

import io.drover.simulator.cloud.http.ChangeCounter;
import io.drover.simulator.cloud.http.VirtualHosts;
import io.drover.simulator.cloud.metrics.CloudService;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Stands between a service and its caller for one call: the service carries the call out and answers as ever, and what becomes of the
 * answer is the fault's. Vert.x has no way to change a body that a handler has written, so context and response are dynamic proxies, of
 * which all but the response, and of that all but its writing, goes to the real ones. On the call's event loop.
 */
final class FaultyAnswer implements InvocationHandler {
    private final RoutingContext context;
    private final HttpServerResponse response;
    private final Fault fault;
    private final MqttFaults connections;
    private final CloudService service;
    private final Buffer body = Buffer.buffer();
    private HttpServerResponse faulty;

    private FaultyAnswer(RoutingContext context, Fault fault, MqttFaults connections, CloudService service) {
        this.context = context;
        this.response = context.response();
        this.fault = fault;
        this.connections = connections;
        this.service = service;
    }

    /** The context to route on with. */
    static RoutingContext around(RoutingContext context, Fault fault, MqttFaults connections, CloudService service) {
        FaultyAnswer answer = new FaultyAnswer(context, fault, connections, service);
        answer.faulty = (HttpServerResponse) proxy(answer.response, answer);
        InvocationHandler routing = (proxy, method, arguments) ->
                method.getName().equals("response") ? answer.faulty : invoke(context, proxy, method, arguments);
        return (RoutingContext) proxy(context, routing);
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        switch (method.getName()) {
            case "end", "send" -> {
                add(arguments);
                return end();
            }
            case "write" -> {
                add(arguments);
                return Future.succeededFuture();
            }
            default -> {
                return invoke(response, proxy, method, arguments);
            }
        }
    }

    private void add(Object[] arguments) {
        if (arguments != null && arguments[0] instanceof Buffer buffer) {
            body.appendBuffer(buffer);
        } else if (arguments != null && arguments[0] instanceof String text) {
            body.appendString(text, arguments.length > 1 ? (String) arguments[1] : StandardCharsets.UTF_8.name());
        }
    }

    private Future<Void> end() {
        ChangeCounter.answered(context, response.getStatusCode());
        return switch (fault.kind()) {
            case EXECUTED_THEN_504 -> {
                response.headers().remove("content-length");
                yield response.setStatusCode(504)
                        .putHeader("content-type", "application/json; charset=utf-8")
                        .end(ErrorBodies.of(service, 504, connections.clock().instant())
                                .toBuffer());
            }
            case EXECUTED_THEN_DROPPED -> context.request().connection().close();
            case SLOW_ANSWER -> {
                Promise<Void> written = Promise.promise();
                context.vertx()
                        .setTimer(
                                Math.max(1, fault.delay().toMillis()),
                                due -> response.end(body).onComplete(written));
                yield written.future();
            }
            case TRUNCATED_BODY -> answer(body.slice(0, body.length() / 2));
            case CLOCK_SKEW -> {
                response.putHeader(
                        "Date",
                        DateTimeFormatter.RFC_1123_DATE_TIME.format(connections
                                .clock()
                                .instant()
                                .plus(fault.delay())
                                .atOffset(ZoneOffset.UTC)));
                yield response.end(body);
            }
            case STALE_CONNECTION_STATE, DELAYED_QUERY ->
                answer(connections.asKnown(VirtualHosts.hostOf(context.request()), body));
            default -> response.end(body);
        };
    }

    private Future<Void> answer(Buffer changed) {
        response.headers().remove("content-length");
        return response.end(changed);
    }

    private static Object proxy(Object real, InvocationHandler handler) {
        Set<Class<?>> interfaces = new LinkedHashSet<>();
        for (Class<?> type = real.getClass(); type != null; type = type.getSuperclass()) {
            interfaces.addAll(Set.of(type.getInterfaces()));
        }
        return Proxy.newProxyInstance(real.getClass().getClassLoader(), interfaces.toArray(Class[]::new), handler);
    }

    /** Calls the real object; what answers itself, as fluent methods do, answers the proxy. */
    private static Object invoke(Object real, Object proxy, Method method, Object[] arguments) throws Throwable {
        try {
            Object result = method.invoke(real, arguments);
            return result == real ? proxy : result;
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }
}
