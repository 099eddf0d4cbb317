package io.drover.simulator.cloud.hub.telemetry;

import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.metrics.CallMeter;
import io.drover.simulator.cloud.metrics.CloudService;
import io.vertx.core.Context;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonHelper;
import io.vertx.proton.ProtonLink;
import io.vertx.proton.ProtonReceiver;
import io.vertx.proton.ProtonSender;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.message.Message;

/** The links of one connection. Confined to the connection's event loop. */
final class TelemetryConnection {
    private static final String CBS = "$cbs";
    private static final String MANAGEMENT = "$management";
    private static final Symbol SELECTOR = Symbol.valueOf("apache.org:selector-filter:string");
    private static final Pattern PARTITION =
            Pattern.compile("/?([^/]+)/ConsumerGroups/([^/]+)/Partitions/(\\d{1,4})", Pattern.CASE_INSENSITIVE);
    private static final String DEFAULT_GROUP = "$Default";
    private static final int MAX_LINKS = 256;
    private static final int MAX_UNSENT_REPLIES = 64;
    private static final UnsignedLong MAX_MESSAGE = UnsignedLong.valueOf(1024L * 1024);

    private final ProtonConnection connection;
    private final Context context;
    private final Hub hub;
    private final HubAuthorization authorization;
    private final RequestNodes nodes;
    private final CallMeter calls;
    private final Map<String, ProtonSender> replies = new HashMap<>();
    private final Set<PartitionSender> partitions = new HashSet<>();

    TelemetryConnection(
            ProtonConnection connection,
            Context context,
            Hub hub,
            HubAuthorization authorization,
            RequestNodes nodes,
            CallMeter calls) {
        this.connection = connection;
        this.context = context;
        this.hub = hub;
        this.authorization = authorization;
        this.nodes = nodes;
        this.calls = calls;
    }

    void begin() {
        connection.senderOpenHandler(this::senderOpened);
        connection.receiverOpenHandler(this::receiverOpened);
    }

    void closed() {
        partitions.forEach(PartitionSender::stop);
        partitions.clear();
        replies.clear();
    }

    private void receiverOpened(ProtonReceiver receiver) {
        String address = receiver.getRemoteTarget() == null
                ? ""
                : String.valueOf(receiver.getRemoteTarget().getAddress());
        receiver.setTarget(receiver.getRemoteTarget()).setSource(receiver.getRemoteSource());
        if (!address.equals(CBS) && !address.equals(MANAGEMENT)) {
            refuse(receiver, AmqpError.NOT_FOUND, "Nothing can be sent to '" + address + "'.");
            return;
        }
        receiver.handler((delivery, request) -> answer(address, request));
        receiver.closeHandler(done -> receiver.close().free());
        receiver.setMaxMessageSize(MAX_MESSAGE);
        receiver.open();
    }

    private void senderOpened(ProtonSender sender) {
        sender.setSource(sender.getRemoteSource()).setTarget(sender.getRemoteTarget());
        sender.setMaxMessageSize(MAX_MESSAGE);
        if (replies.size() + partitions.size() >= MAX_LINKS) {
            refuse(sender, AmqpError.RESOURCE_LIMIT_EXCEEDED, "A connection may have " + MAX_LINKS + " links.");
            return;
        }
        String address =
                sender.getRemoteSource() == null || sender.getRemoteSource().getAddress() == null
                        ? ""
                        : sender.getRemoteSource().getAddress();
        if (address.equals(CBS) || address.equals(MANAGEMENT)) {
            openReplies(sender);
        } else {
            openPartition(sender, address);
        }
    }

    private void openReplies(ProtonSender sender) {
        if (sender.getRemoteTarget() == null || sender.getRemoteTarget().getAddress() == null) {
            refuse(sender, AmqpError.INVALID_FIELD, "The link names no target, so replies cannot be addressed.");
            return;
        }
        String replyTo = sender.getRemoteTarget().getAddress();
        replies.put(replyTo, sender);
        sender.closeHandler(done -> {
            replies.remove(replyTo, sender);
            sender.close().free();
        });
        sender.open();
    }

    private void openPartition(ProtonSender sender, String address) {
        long arrived = System.nanoTime();
        Matcher matcher = PARTITION.matcher(address);
        if (!matcher.matches()
                || !matcher.group(1).equalsIgnoreCase(hub.name())
                || !matcher.group(2).equalsIgnoreCase(DEFAULT_GROUP)
                || Integer.parseInt(matcher.group(3)) >= hub.telemetry().partitions()) {
            receive("not-found", arrived);
            refuse(sender, AmqpError.NOT_FOUND, "The messaging entity '" + address + "' could not be found.");
            return;
        }
        if (!authorization.covers(address)) {
            receive("unauthorized", arrived);
            refuse(sender, AmqpError.UNAUTHORIZED_ACCESS, "Unauthorized access. 'Listen' claim is required.");
            return;
        }
        Optional<StartPosition> start = startOf(sender);
        if (start.isEmpty()) {
            receive("invalid", arrived);
            refuse(sender, AmqpError.INVALID_FIELD, "The selector filter is none that Event Hubs documents.");
            return;
        }
        PartitionSender partition = new PartitionSender(
                sender,
                context,
                hub.telemetry(),
                Integer.parseInt(matcher.group(3)),
                start.get(),
                () -> authorization.covers(address));
        partitions.add(partition);
        sender.closeHandler(done -> end(sender, partition));
        sender.detachHandler(done -> end(sender, partition));
        sender.open();
        partition.begin();
        receive("accepted", arrived);
    }

    private void receive(String status, long arrived) {
        calls.answered(CloudService.HUB_AMQP, "receive", status, arrived);
    }

    private void end(ProtonSender sender, PartitionSender partition) {
        partition.stop();
        partitions.remove(partition);
        sender.close().free();
    }

    private static Optional<StartPosition> startOf(ProtonSender sender) {
        Map<?, ?> filters = sender.getRemoteSource() instanceof Source source && source.getFilter() != null
                ? source.getFilter()
                : Map.of();
        Object filter = filters.get(SELECTOR);
        Object selector = filter instanceof DescribedType described ? described.getDescribed() : filter;
        return selector == null ? Optional.of(StartPosition.BEGINNING) : StartPosition.parse(selector.toString());
    }

    private void answer(String address, Message request) {
        long arrived = System.nanoTime();
        ProtonSender reply = replies.get(String.valueOf(request.getReplyTo()));
        if (reply == null) {
            return; // a request without a reply link cannot be answered; the client's own deadline ends it
        }
        if (reply.getQueued() > MAX_UNSENT_REPLIES) {
            reply.setCondition(ProtonHelper.condition(
                    AmqpError.RESOURCE_LIMIT_EXCEEDED, "More replies wait for credit than are kept."));
            reply.close();
            return;
        }
        Message response = address.equals(CBS) ? nodes.putToken(request) : nodes.management(request);
        response.setCorrelationId(request.getMessageId() == null ? request.getCorrelationId() : request.getMessageId());
        response.setAddress(request.getReplyTo());
        reply.send(response);
        calls.answered(
                CloudService.HUB_AMQP,
                address.equals(CBS) ? "put-token" : "read",
                RequestNodes.statusOf(response),
                arrived);
    }

    private static void refuse(ProtonLink<?> link, Symbol condition, String description) {
        link.open();
        link.setCondition(ProtonHelper.condition(condition, description));
        link.close();
    }
}
