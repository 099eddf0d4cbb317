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
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.LinkError;
import org.apache.qpid.proton.message.Message;

/** The links of one connection. Confined to the connection's event loop. */
final class TelemetryConnection {
    private static final String CBS = "$cbs";
    private static final String MANAGEMENT = "$management";
    private static final Symbol SELECTOR = Symbol.valueOf("apache.org:selector-filter:string");
    private static final Pattern PARTITION =
            Pattern.compile("/?([^/]+)/ConsumerGroups/([^/]+)/Partitions/(\\d{1,4})", Pattern.CASE_INSENSITIVE);
    private static final Symbol EPOCH = Symbol.valueOf("com.microsoft:epoch");
    private static final int MAX_LINKS = 256;
    private static final int MAX_UNSENT_REPLIES = 64;
    private static final UnsignedLong MAX_MESSAGE = UnsignedLong.valueOf(1024L * 1024);

    private final ProtonConnection connection;
    private final Context context;
    private final Hub hub;
    private final HubAuthorization authorization;
    private final RequestNodes nodes;
    private final Readers readers;
    private final CallMeter calls;
    private final Map<String, ProtonSender> replies = new HashMap<>();
    private final Map<PartitionSender, Readers.Reader> partitions = new HashMap<>();

    TelemetryConnection(
            ProtonConnection connection,
            Context context,
            Hub hub,
            HubAuthorization authorization,
            RequestNodes nodes,
            Readers readers,
            CallMeter calls) {
        this.connection = connection;
        this.context = context;
        this.hub = hub;
        this.authorization = authorization;
        this.nodes = nodes;
        this.readers = readers;
        this.calls = calls;
    }

    void begin() {
        connection.senderOpenHandler(this::senderOpened);
        connection.receiverOpenHandler(this::receiverOpened);
    }

    void closed() {
        partitions.keySet().forEach(PartitionSender::stop);
        partitions.values().forEach(readers::remove);
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
                || !hub.consumerGroups().contains(matcher.group(2))
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
        int number = Integer.parseInt(matcher.group(3));
        PartitionSender partition = new PartitionSender(
                sender, context, hub.telemetry(), number, start.get(), () -> authorization.covers(address));
        Readers.Reader reader = new Readers.Reader(
                hub.hostName(), matcher.group(2), number, epochOf(sender), () -> displace(sender, partition));
        Readers.Admission admission = readers.admit(reader);
        if (admission != Readers.Admission.ADMITTED) {
            receive("displaced", arrived);
            boolean tooMany = admission == Readers.Admission.TOO_MANY;
            refuse(
                    sender,
                    tooMany ? AmqpError.RESOURCE_LIMIT_EXCEEDED : LinkError.STOLEN,
                    tooMany
                            ? "The partition has five receivers of this consumer group already."
                            : "A receiver with a higher epoch has the partition.");
            return;
        }
        partitions.put(partition, reader);
        sender.closeHandler(done -> end(sender, partition));
        sender.detachHandler(done -> end(sender, partition));
        sender.open();
        partition.begin();
        receive("accepted", arrived);
    }

    /** Any thread: a receiver with a higher epoch has taken the partition. */
    private void displace(ProtonSender sender, PartitionSender partition) {
        context.runOnContext(turn -> {
            partition.stop();
            partitions.remove(partition);
            sender.setCondition(ProtonHelper.condition(
                    LinkError.STOLEN,
                    "New receiver with higher or equal epoch is created, hence current receiver is disconnected."));
            sender.close();
        });
    }

    private static long epochOf(ProtonSender sender) {
        Map<Symbol, Object> properties = sender.getRemoteProperties();
        return properties != null && properties.get(EPOCH) instanceof Number epoch
                ? Math.max(0, epoch.longValue())
                : Readers.NO_EPOCH;
    }

    private void receive(String status, long arrived) {
        calls.answered(CloudService.HUB_AMQP, "receive", status, arrived);
    }

    private void end(ProtonSender sender, PartitionSender partition) {
        partition.stop();
        Readers.Reader reader = partitions.remove(partition);
        if (reader != null) {
            readers.remove(reader);
        }
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
