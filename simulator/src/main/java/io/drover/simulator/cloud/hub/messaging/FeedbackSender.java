package io.drover.simulator.cloud.hub.messaging;

import io.drover.simulator.cloud.hub.FeedbackQueue;
import io.drover.simulator.cloud.hub.FeedbackRecord;
import io.drover.simulator.cloud.hub.Hub;
import io.vertx.core.Context;
import io.vertx.core.json.JsonArray;
import io.vertx.proton.ProtonSender;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.message.Message;

/**
 * Sends feedback in batches, one for each credit. What the reader does not accept, or has not settled when its link ends, goes back.
 * Confined to the connection's event loop, but for the wake-up by the queue.
 */
final class FeedbackSender {
    private final ProtonSender sender;
    private final Context context;
    private final FeedbackQueue queue;
    private final String hubName;
    private final Clock clock;
    private FeedbackQueue.Subscription subscription = () -> {};
    private boolean stopped;

    FeedbackSender(ProtonSender sender, Context context, Hub hub, Clock clock) {
        this.sender = sender;
        this.context = context;
        this.queue = hub.feedback();
        this.hubName = hub.name();
        this.clock = clock;
    }

    void begin() {
        subscription = queue.onAdd(() -> context.runOnContext(turn -> send()));
        sender.sendQueueDrainHandler(ready -> send());
        send();
    }

    void stop() {
        stopped = true;
        subscription.close();
    }

    private void send() {
        while (!stopped && sender.isOpen() && !sender.sendQueueFull()) {
            List<FeedbackRecord> batch = queue.take();
            if (batch.isEmpty()) {
                return;
            }
            sender.send(message(batch), outcome -> {
                if (outcome.remotelySettled() && !(outcome.getRemoteState() instanceof Accepted)) {
                    queue.putBack(batch);
                }
            });
        }
    }

    private Message message(List<FeedbackRecord> batch) {
        JsonArray body = new JsonArray();
        batch.forEach(record -> body.add(record.json()));
        Message message = Proton.message();
        message.setMessageId(UUID.randomUUID().toString());
        message.setUserId(hubName.getBytes(StandardCharsets.UTF_8));
        message.setContentType("application/vnd.microsoft.iothub.feedback.json");
        message.setCreationTime(clock.millis());
        message.setBody(new Data(new Binary(body.encode().getBytes(StandardCharsets.UTF_8))));
        return message;
    }
}
