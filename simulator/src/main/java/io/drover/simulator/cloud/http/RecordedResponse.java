package io.drover.simulator.cloud.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What an answer's handler writes. Stands before the answer as a proxy, because the interface has some eighty methods and only
 * those that write or end matter.
 */
final class RecordedResponse implements InvocationHandler {
    private static final Set<String> ENDS = Set.of("end", "send", "sendFile");

    private final HttpServerResponse delegate;
    private final Consumer<RecordedResponse> ended;
    private final Buffer body = Buffer.buffer();

    private RecordedResponse(HttpServerResponse delegate, Consumer<RecordedResponse> ended) {
        this.delegate = delegate;
        this.ended = ended;
    }

    /** The answer to give to the handler; {@code ended} is called once, when the handler ends it. */
    static HttpServerResponse of(HttpServerResponse delegate, Consumer<RecordedResponse> ended) {
        return (HttpServerResponse) Proxy.newProxyInstance(
                HttpServerResponse.class.getClassLoader(),
                new Class<?>[] {HttpServerResponse.class},
                new RecordedResponse(delegate, ended));
    }

    HttpServerResponse delegate() {
        return delegate;
    }

    Buffer recorded() {
        return body;
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        boolean ends = ENDS.contains(method.getName()) && !delegate.ended();
        if (ends || method.getName().equals("write")) {
            append(arguments);
        }
        if (ends) {
            ended.accept(this);
        }
        try {
            Object result = method.invoke(delegate, arguments);
            return result == delegate ? proxy : result;
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    private void append(Object[] arguments) {
        Object first = arguments == null ? null : arguments[0];
        Buffer part = first instanceof Buffer buffer
                ? buffer
                : first instanceof String text ? Buffer.buffer(text) : Buffer.buffer();
        if (body.length() + part.length() <= ExchangeRecorder.MAX_BODY) {
            body.appendBuffer(part);
        }
    }
}
