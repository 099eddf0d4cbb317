package io.drover.simulator.cloud.http;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fails a call whose path has a broken percent escape with 400, so that the service's failure handler refuses it in the service's
 * shape. A router that meets such a path by itself logs a stack trace. Goes before the first route with a path; failure handlers of
 * routes with a path are not to be used behind it.
 */
public final class WellFormedPath implements Handler<RoutingContext> {
    private static final Logger LOG = LoggerFactory.getLogger(WellFormedPath.class);

    @Override
    public void handle(RoutingContext context) {
        try {
            context.normalizedPath();
        } catch (IllegalArgumentException malformed) {
            LOG.debug("A call was refused, its path is malformed: {}", malformed.getMessage());
            context.fail(400, new HttpException(400, malformed));
            return;
        }
        context.next();
    }
}
