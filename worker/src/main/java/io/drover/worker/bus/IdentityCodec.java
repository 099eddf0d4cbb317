package io.drover.worker.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;

/** Hands an immutable record to local consumers as the same instance; there is no wire form. */
final class IdentityCodec implements MessageCodec<Object, Object> {
    static final String NAME = "drover.identity";

    /** Registers the codec once per Vert.x; a second registration is what the exception says, so it is ignored. */
    static void register(EventBus bus) {
        try {
            bus.registerCodec(new IdentityCodec());
        } catch (IllegalStateException alreadyRegistered) {
            return;
        }
    }

    @Override
    public void encodeToWire(Buffer buffer, Object message) {
        throw new UnsupportedOperationException("messages stay within one process");
    }

    @Override
    public Object decodeFromWire(int position, Buffer buffer) {
        throw new UnsupportedOperationException("messages stay within one process");
    }

    @Override
    public Object transform(Object message) {
        return message;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
