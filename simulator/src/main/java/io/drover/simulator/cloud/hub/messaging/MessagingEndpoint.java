package io.drover.simulator.cloud.hub.messaging;

import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubAccess;
import io.drover.simulator.cloud.metrics.CallMeter;
import io.drover.simulator.cloud.quota.Quotas;
import io.vertx.core.Context;
import io.vertx.proton.ProtonConnection;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The hubs' own AMQP endpoint, where services send messages to devices and read feedback, as far as Microsoft's service clients use
 * it. The hub is found by the host name of the client's open frame.
 */
public final class MessagingEndpoint {
    private final Function<String, Optional<Hub>> byHost;
    private final HubAccess access;
    private final Quotas quotas;
    private final Clock clock;
    private final CallMeter calls;
    private final Consumer<Hub> sent;

    /**
     * @param byHost finds a hub by its host name in lower case
     * @param sent told of each message to a device that a hub has taken
     */
    public MessagingEndpoint(
            Function<String, Optional<Hub>> byHost,
            HubAccess access,
            Quotas quotas,
            Clock clock,
            CallMeter calls,
            Consumer<Hub> sent) {
        this.sent = sent;
        this.byHost = byHost;
        this.access = access;
        this.quotas = quotas;
        this.clock = clock;
        this.calls = calls;
    }

    /** Takes the connection over when its host is a hub's; the caller opens it and calls {@link ServiceConnection#closed()}. */
    public Optional<ServiceConnection> attach(ProtonConnection connection, Context context, String host) {
        Optional<ServiceConnection> service = byHost.apply(host)
                .map(hub -> new ServiceConnection(
                        connection, context, hub, access, new MessageReader(hub, quotas, clock, sent), clock, calls));
        service.ifPresent(ServiceConnection::begin);
        return service;
    }
}
