package io.drover.simulator.cloud.hub.messaging;

import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubAccess;
import io.drover.simulator.cloud.hub.HubException;
import io.drover.simulator.cloud.hub.HubPermission;
import io.drover.simulator.cloud.metrics.CallMeter;
import io.drover.simulator.cloud.metrics.CloudService;
import io.vertx.core.Context;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonDelivery;
import io.vertx.proton.ProtonHelper;
import io.vertx.proton.ProtonLink;
import io.vertx.proton.ProtonReceiver;
import io.vertx.proton.ProtonSender;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.message.Message;

/**
 * One service's connection: {@code $cbs} for its token, a link to {@code /messages/devicebound}, and one from
 * {@code /messages/servicebound/feedback}. Confined to the connection's event loop.
 */
public final class ServiceConnection {
    private static final String CBS = "$cbs";
    private static final String DEVICEBOUND = "/messages/devicebound";
    private static final String FEEDBACK = "/messages/servicebound/feedback";
    private static final int MAX_LINKS = 16;
    private static final int MAX_UNSENT_REPLIES = 16;
    private static final UnsignedLong MAX_MESSAGE = UnsignedLong.valueOf(256L * 1024);

    private final ProtonConnection connection;
    private final Context context;
    private final Hub hub;
    private final HubAccess access;
    private final MessageReader messages;
    private final Clock clock;
    private final CallMeter calls;
    private final List<FeedbackSender> feedback = new ArrayList<>();
    private ProtonSender replies;
    private Instant authorizedUntil = Instant.MIN;

    ServiceConnection(
            ProtonConnection connection,
            Context context,
            Hub hub,
            HubAccess access,
            MessageReader messages,
            Clock clock,
            CallMeter calls) {
        this.connection = connection;
        this.context = context;
        this.hub = hub;
        this.access = access;
        this.messages = messages;
        this.clock = clock;
        this.calls = calls;
    }

    void begin() {
        connection.senderOpenHandler(this::senderOpened);
        connection.receiverOpenHandler(this::receiverOpened);
    }

    /** The connection is gone. */
    public void closed() {
        feedback.forEach(FeedbackSender::stop);
        feedback.clear();
        replies = null;
    }

    private void receiverOpened(ProtonReceiver receiver) {
        String address = receiver.getRemoteTarget() == null
                ? null
                : receiver.getRemoteTarget().getAddress();
        receiver.setTarget(receiver.getRemoteTarget()).setSource(receiver.getRemoteSource());
        receiver.setMaxMessageSize(MAX_MESSAGE);
        receiver.closeHandler(done -> receiver.close().free());
        if (CBS.equals(address)) {
            receiver.handler((delivery, request) -> putToken(request));
        } else if (!DEVICEBOUND.equals(lower(address))) {
            refuse(receiver, AmqpError.NOT_FOUND, "Nothing can be sent to '" + address + "'.");
            return;
        } else if (!authorized()) {
            refuse(receiver, AmqpError.UNAUTHORIZED_ACCESS, "Put a token to $cbs first.");
            return;
        } else {
            receiver.setAutoAccept(false).handler(this::message);
        }
        receiver.open();
    }

    private void senderOpened(ProtonSender sender) {
        String address = sender.getRemoteSource() == null
                ? null
                : sender.getRemoteSource().getAddress();
        sender.setSource(sender.getRemoteSource()).setTarget(sender.getRemoteTarget());
        if (CBS.equals(address)) {
            replies = sender;
            sender.closeHandler(done -> sender.close().free());
            sender.open();
        } else if (!FEEDBACK.equals(lower(address))) {
            refuse(sender, AmqpError.NOT_FOUND, "Nothing can be read from '" + address + "'.");
        } else if (!authorized()) {
            refuse(sender, AmqpError.UNAUTHORIZED_ACCESS, "Put a token to $cbs first.");
        } else if (feedback.size() >= MAX_LINKS) {
            refuse(sender, AmqpError.RESOURCE_LIMIT_EXCEEDED, "The connection has too many links.");
        } else {
            openFeedback(sender);
        }
    }

    private void openFeedback(ProtonSender sender) {
        FeedbackSender reader = new FeedbackSender(sender, context, hub, clock);
        feedback.add(reader);
        sender.closeHandler(done -> end(reader, sender));
        sender.detachHandler(done -> end(reader, sender));
        sender.open();
        reader.begin();
    }

    private void end(FeedbackSender reader, ProtonSender sender) {
        reader.stop();
        feedback.remove(reader);
        sender.close().free();
    }

    private static String lower(String address) {
        return address == null ? "" : address.toLowerCase(Locale.ROOT);
    }

    private boolean authorized() {
        return authorizedUntil.isAfter(clock.instant());
    }

    private void putToken(Message request) {
        long arrived = System.nanoTime();
        if (replies == null) {
            return; // nowhere to answer; the client's own deadline ends it
        }
        if (replies.getQueued() > MAX_UNSENT_REPLIES) {
            refuse(replies, AmqpError.RESOURCE_LIMIT_EXCEEDED, "More replies wait for credit than are kept.");
            return;
        }
        String token = request.getBody() instanceof AmqpValue value ? String.valueOf(value.getValue()) : "";
        Optional<HubException> refusal = access.refusal(token, hub, HubPermission.MESSAGES);
        if (refusal.isEmpty()) {
            authorizedUntil = access.expiry(token);
        }
        int status = refusal.map(refused -> refused.error().httpStatus()).orElse(200);
        Map<String, Object> properties = new HashMap<>();
        properties.put("status-code", status);
        properties.put(
                "status-description", refusal.map(HubException::getMessage).orElse("OK"));
        Message response = Proton.message();
        response.setApplicationProperties(new ApplicationProperties(properties));
        response.setCorrelationId(request.getMessageId());
        response.setBody(new AmqpValue(null));
        replies.send(response);
        answered("put-token", Integer.toString(status), arrived);
    }

    private void message(ProtonDelivery delivery, Message message) {
        long arrived = System.nanoTime();
        try {
            if (!authorized()) {
                reject(delivery, AmqpError.UNAUTHORIZED_ACCESS, "The token has run out.");
                answered("send", "unauthorized", arrived);
                return;
            }
            messages.send(message);
            delivery.disposition(Accepted.getInstance(), true);
            answered("send", "accepted", arrived);
        } catch (HubException refused) {
            reject(delivery, MessageReader.conditionOf(refused.error()), refused.getMessage());
            answered("send", refused.error().codeName(), arrived);
        }
    }

    private static void reject(ProtonDelivery delivery, Symbol condition, String description) {
        Rejected rejected = new Rejected();
        rejected.setError(ProtonHelper.condition(condition, description));
        delivery.disposition(rejected, true);
    }

    private void answered(String operation, String status, long arrived) {
        calls.answered(CloudService.HUB_AMQP, operation, status, arrived);
    }

    private static void refuse(ProtonLink<?> link, Symbol condition, String description) {
        link.open();
        link.setCondition(ProtonHelper.condition(condition, description));
        link.close();
    }
}
