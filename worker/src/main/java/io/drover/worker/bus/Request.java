package io.drover.worker.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.function.Function;

/**
 * A typed question on the bus, kept as a constant in a feature's {@code …Bus} file.
 *
 * @param address {@code feature.verb}
 * @param <Q> immutable question
 * @param <R> immutable answer
 */
public record Request<Q, R>(String address, Class<Q> question, Class<R> answer) {

    /** Asks; fails with {@link StageFailure} only, at the latest when the time is up. */
    public Future<R> ask(Vertx vertx, Q body, Duration timeout) {
        IdentityCodec.register(vertx.eventBus());
        DeliveryOptions options = new DeliveryOptions()
                .setCodecName(IdentityCodec.NAME)
                .setLocalOnly(true)
                .setSendTimeout(Math.max(1, timeout.toMillis()));
        return vertx.eventBus()
                .<Object>request(address, body, options)
                .map(reply -> answer.cast(reply.body()))
                .recover(cause -> Future.failedFuture(StageFailure.of(cause)));
    }

    /** Answers every question, also when the handler throws: Vert.x would leave the caller to its timeout. */
    public MessageConsumer<Object> answer(Vertx vertx, Function<Q, Future<R>> handler) {
        IdentityCodec.register(vertx.eventBus());
        DeliveryOptions options = new DeliveryOptions().setCodecName(IdentityCodec.NAME);
        return vertx.eventBus()
                .localConsumer(
                        address,
                        message -> Future.succeededFuture(message.body())
                                .map(question::cast)
                                .compose(handler)
                                .onSuccess(reply -> message.reply(reply, options))
                                .onFailure(cause -> message.reply(StageFailure.of(cause), new DeliveryOptions())));
    }
}
