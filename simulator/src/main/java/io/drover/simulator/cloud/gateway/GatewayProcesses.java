package io.drover.simulator.cloud.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.simulator.process.ChildProcess;
import io.drover.simulator.process.ChildProcessException;
import io.drover.simulator.process.SmallHeap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gateways of a cloud as its children. One that dies is told in the log and not started again; the others go on. Methods block. */
public final class GatewayProcesses implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayProcesses.class);
    private static final Duration START = Duration.ofSeconds(60);
    private static final List<String> JVM = SmallHeap.options(48, 384, 32);

    private final Path folder;
    private final String host;
    private final List<ChildProcess> gateways = new ArrayList<>();
    private final AtomicBoolean closing = new AtomicBoolean();

    /**
     * @param folder where their logs are written
     * @param host address that they listen on
     */
    public GatewayProcesses(Path folder, String host) {
        this.folder = folder;
        this.host = host;
    }

    /**
     * Starts so many gateways; answers the port they share. Throws an IOException for a person when one cannot start; then none runs.
     *
     * @param asked the port to share; 0 for any
     * @param secret opens the cloud's link port
     * @param certificate in PEM, with its key
     */
    public int start(int count, int asked, int linkPort, Buffer secret, PemKeyCertOptions certificate)
            throws IOException {
        Files.createDirectories(folder);
        try {
            int port = asked;
            for (int number = 1; number <= count; number++) {
                port = start(
                        number,
                        new Gateway.Orders(
                                host,
                                port,
                                linkPort,
                                secret,
                                certificate.getCertValue().toString(),
                                certificate.getKeyValue().toString()));
            }
            return port;
        } catch (ChildProcessException failed) {
            close();
            throw new IOException(failed.getMessage(), failed);
        }
    }

    private int start(int number, Gateway.Orders orders) {
        ChildProcess gateway = ChildProcess.startAgain(
                "gateway-" + number, folder.toAbsolutePath(), JVM, List.of("gateway"), Map.of());
        gateways.add(gateway);
        gateway.say(GatewayCommand.orders(orders));
        JsonNode ready = gateway.awaitReady(START);
        gateway.onExit(() -> {
            if (!closing.get()) {
                LOG.warn(
                        "Gateway {} (process {}) has ended; its devices come back through the others",
                        number,
                        gateway.pid());
            }
        });
        return ready.path("port").asInt();
    }

    /** Their process ids. */
    public List<Long> pids() {
        return gateways.stream().map(ChildProcess::pid).toList();
    }

    /** Ends them all. */
    @Override
    public void close() {
        closing.set(true);
        gateways.forEach(ChildProcess::close);
    }
}
