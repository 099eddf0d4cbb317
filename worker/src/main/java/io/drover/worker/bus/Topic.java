package io.drover.worker.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A typed event on the bus. Events only wake: whoever misses one finds the work in the ledger at the next sweep.
 *
 * @param address {@code feature.past-participle}
 * @param <E> immutable event
 */
public record Topic<E>(String address, Class<E> event) {
    private static final Logger LOG = LoggerFactory.getLogger(Topic.class);

    public void publish(Vertx vertx, E body) {
        IdentityCodec.register(vertx.eventBus());
        DeliveryOptions options =
                new DeliveryOptions().setCodecName(IdentityCodec.NAME).setLocalOnly(true);
        vertx.eventBus().publish(address, body, options);
    }

    /** Calls the handler for each event; a handler that fails is logged and hears the next event all the same. */
    public MessageConsumer<Object> subscribe(Vertx vertx, Function<E, Future<?>> handler) {
        IdentityCodec.register(vertx.eventBus());
        return vertx.eventBus()
                .localConsumer(
                        address,
                        message -> Future.succeededFuture(message.body())
                                .map(event::cast)
                                .<Object>compose(body -> handler.apply(body).map(done -> (Object) done))
                                .onFailure(cause -> LOG.warn("A listener to {} failed", address, cause)));
    }
}
