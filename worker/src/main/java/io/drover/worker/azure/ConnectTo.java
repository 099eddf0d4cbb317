package io.drover.worker.azure;

import io.vertx.core.net.SocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One rule like curl's {@code --connect-to}: calls to {@code host} ({@code *.} matches any leading labels) open their
 * connection to {@code address:port}; SNI, certificate check and Host header keep the asked-for name.
 */
public record ConnectTo(String host, String address, int port) {
    /** Whether this rule covers the host name, ignoring case. */
    public boolean covers(String name) {
        String asked = name.toLowerCase(Locale.ROOT);
        String rule = host.toLowerCase(Locale.ROOT);
        return rule.startsWith("*.") ? asked.endsWith(rule.substring(1)) : asked.equals(rule);
    }

    /** The first rule that covers the name. */
    public static Optional<ConnectTo> of(List<ConnectTo> rules, String name) {
        return rules.stream().filter(rule -> rule.covers(name)).findFirst();
    }

    /** Where the connection is opened. */
    public SocketAddress socketAddress() {
        return SocketAddress.inetSocketAddress(port, address);
    }
}
