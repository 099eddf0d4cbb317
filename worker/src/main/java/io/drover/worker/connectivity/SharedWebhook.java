package io.drover.worker.connectivity;

import io.drover.worker.WorkerConfig.Webhook;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.web.ServerTls;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The webhook of one process. It listens while any migration of the process wants to hear of devices that come back, and
 * each of them hears of all. Any thread; its work is confined to one event loop.
 */
public final class SharedWebhook {
    private static final Logger LOG = LoggerFactory.getLogger(SharedWebhook.class);
    private static final int IDLE_SECONDS = 60;

    private final Vertx vertx;
    private final Webhook webhook;
    private final MeterRegistry meters;
    private final Clock clock;
    private final Context context;
    private final List<ConnectivityEvents> members = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private Future<?> settled = Future.succeededFuture();

    public SharedWebhook(Vertx vertx, Webhook webhook, MeterRegistry meters, Clock clock) {
        this.vertx = vertx;
        this.webhook = webhook;
        this.meters = meters;
        this.clock = clock;
        this.context = vertx.getOrCreateContext();
    }

    /** Fails with one clear message when the port is taken or the certificate cannot be used. */
    Future<ConnectivityEvents> join(DeviceStore devices, long migrationId, String applicationId) {
        ConnectivityEvents events = new ConnectivityEvents(
                devices,
                migrationId,
                applicationId,
                meters,
                due -> ConnectivityBus.AWAKENED.publish(vertx, new ConnectivityBus.Awakened(migrationId, due)));
        return inTurn(() -> server != null ? Future.succeededFuture() : listen())
                .map(listening -> {
                    members.add(events);
                    return events;
                });
    }

    /** The last one to leave closes the port. */
    Future<?> leave(ConnectivityEvents events) {
        return inTurn(() -> {
            members.remove(events);
            HttpServer last = server;
            if (!members.isEmpty() || last == null) {
                return Future.succeededFuture();
            }
            server = null;
            return last.close();
        });
    }

    /** Where it listens, while it does. */
    int port() {
        return server.actualPort();
    }

    /** One comes or goes at a time, on the webhook's own event loop. */
    private Future<?> inTurn(Supplier<Future<?>> step) {
        Promise<Object> done = Promise.promise();
        context.runOnContext(now -> {
            settled = settled.transform(before -> step.get().map(result -> (Object) result));
            settled.onComplete(ended -> {
                if (ended.succeeded()) {
                    done.complete();
                } else {
                    done.fail(ended.cause());
                }
            });
        });
        return done.future();
    }

    private Future<?> listen() {
        Router router = Router.router(vertx);
        new ConnectivityEndpoint(webhook.token(), new ConnectivityExport(clock), meters, members).routes(router);
        if (webhook.tls() == null) {
            return listen(router, options());
        }
        ServerTls tls = new ServerTls(vertx, webhook.tls(), "webhook.tls");
        return tls.load()
                .compose(certificate -> listen(router, options().setSsl(true).setKeyCertOptions(certificate)))
                .onSuccess(listening -> tls.follow(listening, ServerTls.LOOK));
    }

    private Future<HttpServer> listen(Router router, HttpServerOptions options) {
        HttpServer made = vertx.createHttpServer(options).requestHandler(router);
        return made.listen(webhook.port(), webhook.host())
                .onSuccess(listening -> {
                    server = made;
                    LOG.info(
                            "The connectivity webhook listens on {}://{}:{}{}",
                            webhook.tls() == null ? "http" : "https",
                            webhook.host(),
                            listening.actualPort(),
                            ConnectivityEndpoint.PATH);
                })
                .recover(cause -> Future.failedFuture(new IllegalStateException(
                        "The webhook cannot listen on " + webhook.host() + ":" + webhook.port() + " ("
                                + cause.getMessage()
                                + "). Stop what uses the port, or correct webhook.host or webhook.port.",
                        cause)));
    }

    private static HttpServerOptions options() {
        return new HttpServerOptions().setIdleTimeout(IDLE_SECONDS).setIdleTimeoutUnit(TimeUnit.SECONDS);
    }
}
