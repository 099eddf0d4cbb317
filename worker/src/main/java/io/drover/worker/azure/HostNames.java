package io.drover.worker.azure;

import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.dns.AddressResolverOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Makes the names that Vert.x itself must resolve, such as the Entra authority, follow the connect-to rules. */
public final class HostNames {
    private HostNames() {}

    /** Options for the process's Vertx: the authority's name resolves to the address of its rule, if there is one. */
    public static VertxOptions vertxOptions(VertxOptions options, String authority, List<ConnectTo> rules) {
        String name = URI.create(authority).getHost();
        return ConnectTo.of(rules, name)
                .map(rule -> options.setAddressResolverOptions(new AddressResolverOptions()
                        .setHostsValue(Buffer.buffer(hostsFile() + "\n" + rule.address() + " " + name + "\n"))))
                .orElse(options);
    }

    private static String hostsFile() {
        Path hosts = Path.of("/etc/hosts");
        try {
            return Files.isReadable(hosts) ? Files.readString(hosts) : "127.0.0.1 localhost";
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
