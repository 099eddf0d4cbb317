package io.drover.worker.connectivity;

import io.drover.worker.WorkerConfig.Webhook;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.web.ServerTls;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires the webhook for IoT Central's data export; any worker of a ledger may run one. */
public final class ConnectivityVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectivityVerticle.class);
    private static final int IDLE_SECONDS = 60;

    private final Webhook webhook;
    private final DeviceStore devices;
    private final long migrationId;
    private final String applicationId;
    private final MeterRegistry meters;
    private final Clock clock;
    private HttpServer server;

    /** {@code applicationId} is the source application's, or null when ARM does not tell it. */
    public ConnectivityVerticle(
            Webhook webhook,
            DeviceStore devices,
            long migrationId,
            String applicationId,
            MeterRegistry meters,
            Clock clock) {
        this.webhook = webhook;
        this.devices = devices;
        this.migrationId = migrationId;
        this.applicationId = applicationId;
        this.meters = meters;
        this.clock = clock;
    }

    /** Fails with one clear message when the port is taken or the certificate cannot be used. */
    @Override
    public Future<?> start() {
        ConnectivityEvents events = new ConnectivityEvents(
                devices,
                migrationId,
                applicationId,
                meters,
                due -> ConnectivityBus.AWAKENED.publish(vertx, new ConnectivityBus.Awakened(migrationId, due)));
        Router router = Router.router(vertx);
        new ConnectivityEndpoint(webhook.token(), new ConnectivityExport(clock), events).routes(router);
        if (webhook.tls() == null) {
            return listen(router, options());
        }
        ServerTls tls = new ServerTls(vertx, webhook.tls(), "webhook.tls");
        return tls.load()
                .compose(certificate -> listen(router, options().setSsl(true).setKeyCertOptions(certificate)))
                .onSuccess(listening -> tls.follow(listening, ServerTls.LOOK));
    }

    private Future<HttpServer> listen(Router router, HttpServerOptions options) {
        server = vertx.createHttpServer(options).requestHandler(router);
        return server.listen(webhook.port(), webhook.host())
                .onSuccess(listening -> LOG.info(
                        "The connectivity webhook listens on {}://{}:{}{}",
                        webhook.tls() == null ? "http" : "https",
                        webhook.host(),
                        listening.actualPort(),
                        ConnectivityEndpoint.PATH))
                .recover(cause -> Future.failedFuture(new IllegalStateException(
                        "The webhook cannot listen on " + webhook.host() + ":" + webhook.port() + " ("
                                + cause.getMessage()
                                + "). Stop what uses the port, or correct webhook.host or webhook.port.",
                        cause)));
    }

    /** Where it listens, once started. */
    int port() {
        return server.actualPort();
    }

    private static HttpServerOptions options() {
        return new HttpServerOptions().setIdleTimeout(IDLE_SECONDS).setIdleTimeoutUnit(TimeUnit.SECONDS);
    }

    @Override
    public Future<?> stop() {
        return server == null ? Future.succeededFuture() : server.close();
    }
}
