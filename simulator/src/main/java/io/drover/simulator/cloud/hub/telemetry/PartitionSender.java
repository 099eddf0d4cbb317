package io.drover.simulator.cloud.hub.telemetry;

import io.drover.simulator.cloud.hub.TelemetryEvent;
import io.drover.simulator.cloud.hub.TelemetryLog;
import io.vertx.core.Context;
import io.vertx.proton.ProtonHelper;
import io.vertx.proton.ProtonSender;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one partition to one receiver: as many events as the receiver has given credit for, then waits for credit or for
 * the next append. Holds no events itself. Confined to the connection's event loop, but for the wake-up by the log.
 */
final class PartitionSender {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionSender.class);
    private static final int SLICE = 128;

    private final ProtonSender sender;
    private final Context context;
    private final TelemetryLog log;
    private final int partition;
    private final StartPosition start;
    private final BooleanSupplier authorized;
    private final AtomicBoolean woken = new AtomicBoolean();
    private long next;
    private AutoCloseable listener = () -> {};
    private boolean stopped;

    PartitionSender(
            ProtonSender sender,
            Context context,
            TelemetryLog log,
            int partition,
            StartPosition start,
            BooleanSupplier authorized) {
        this.sender = sender;
        this.context = context;
        this.log = log;
        this.partition = partition;
        this.start = start;
        this.authorized = authorized;
    }

    void begin() {
        next = start.firstIn(log, partition);
        listener = log.onAppend(partition, this::wake);
        sender.sendQueueDrainHandler(ready -> send());
        send();
    }

    void stop() {
        stopped = true;
        try {
            listener.close();
        } catch (Exception e) {
            LOG.warn("The listener of partition {} could not be removed", partition, e);
        }
    }

    /** Any thread. Many appends between two turns of the event loop wake it once. */
    private void wake() {
        if (woken.compareAndSet(false, true)) {
            context.runOnContext(ignored -> {
                woken.set(false);
                send();
            });
        }
    }

    private void send() {
        if (stopped || !sender.isOpen() || sender.sendQueueFull()) {
            return;
        }
        List<TelemetryEvent> events = log.read(partition, next, Math.min(SLICE, sender.getCredit()));
        if (events.isEmpty()) {
            return;
        }
        if (!authorized.getAsBoolean()) {
            stop();
            sender.setCondition(ProtonHelper.condition(
                    AmqpError.UNAUTHORIZED_ACCESS, "ExpiredToken: The token of this link is expired."));
            sender.close();
            return;
        }
        for (TelemetryEvent event : events) {
            sender.send(EventMessages.of(event));
            next = event.sequenceNumber() + 1;
        }
        wake(); // the rest in another turn, so that one receiver cannot hold the event loop
    }
}
