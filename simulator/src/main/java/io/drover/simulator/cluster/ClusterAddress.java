package io.drover.simulator.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Optional;

/** Where a coordinator is found: an address or name of its machine and the port of its cluster. */
public record ClusterAddress(String host, int port) {
    /** The only interface that is listened on without being told. */
    public static final String LOOPBACK = "127.0.0.1";

    /**
     * Reads {@code HOST:PORT}, an IPv6 address in brackets.
     *
     * @throws ClusterException when it is neither
     */
    public static ClusterAddress parse(String option, String text) throws ClusterException {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":")) {
            host = "";
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (!host.isBlank() && port > 0 && port <= 65_535) {
                return new ClusterAddress(host, port);
            }
        } catch (NumberFormatException noNumber) {
            // Reported below.
        }
        throw new ClusterException(option + " " + text
                + ": give the coordinator's HOST:PORT, such as 192.0.2.10:5701 or [2001:db8::1]:5701");
    }

    /** Whether only this machine answers there. Asks the name service; not for event loops. */
    public static boolean isLoopback(String host) throws ClusterException {
        return resolved(host).isLoopbackAddress();
    }

    /** The first of its addresses. Asks the name service; not for event loops. */
    public static InetAddress resolved(String host) throws ClusterException {
        try {
            return InetAddress.getAllByName(host)[0];
        } catch (UnknownHostException unknown) {
            throw new ClusterException("'" + host + "' is no address and no name that is known here", unknown);
        }
    }

    /** The address of this machine from which that one is reached, as far as the system tells. */
    Optional<String> reachedFrom() {
        try (DatagramSocket socket = new DatagramSocket()) {
            // Sends nothing: only the route is looked up.
            socket.connect(new InetSocketAddress(resolved(host), port));
            InetAddress local = socket.getLocalAddress();
            return local.isAnyLocalAddress() ? Optional.empty() : Optional.of(local.getHostAddress());
        } catch (SocketException | UncheckedIOException | ClusterException none) {
            return Optional.empty();
        }
    }

    /** Whether something accepts a TCP connection there within the time. Blocks. */
    boolean listens(int timeoutMillis) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(resolved(host), port), timeoutMillis);
            return true;
        } catch (IOException | ClusterException unreachable) {
            return false;
        }
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
