package io.drover.simulator.cloud.gateway;

import io.drover.simulator.process.ChildProcess;
import io.drover.simulator.process.ChildProcessException;
import io.drover.simulator.process.SmallHeap;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateways of a cloud as its children. One that dies is started again on the same port, a few times; meanwhile its devices come back
 * through the others. Methods block.
 */
public final class GatewayProcesses implements MeterBinder, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayProcesses.class);
    private static final Duration START = Duration.ofSeconds(60);
    private static final List<String> JVM = SmallHeap.options(48, 384, 32);
    /** Of one gateway: what dies more often has a cause that another start does not remove. */
    private static final int MOST_RESTARTS = 5;

    private final Path folder;
    private final String host;
    private final Map<Integer, ChildProcess> running = new ConcurrentSkipListMap<>();
    private final AtomicLong restarts = new AtomicLong();
    private boolean closing;

    /**
     * @param folder where their logs are written
     * @param host address that they listen on
     */
    public GatewayProcesses(Path folder, String host) {
        this.folder = folder;
        this.host = host;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("drover.cloud.gateways", running, Map::size)
                .description("Processes that take the devices' MQTT connections; 0 while the cloud's own does")
                .register(registry);
        FunctionCounter.builder("drover.cloud.gateway.restarts", restarts, AtomicLong::get)
                .description("Gateways that were started again after they had died")
                .register(registry);
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
            Gateway.Orders orders = new Gateway.Orders(
                    host,
                    asked,
                    linkPort,
                    secret,
                    certificate.getCertValue().toString(),
                    certificate.getKeyValue().toString());
            for (int number = 1; number <= count; number++) {
                orders = orders.at(start(number, orders, 0));
            }
            return orders.port();
        } catch (ChildProcessException failed) {
            close();
            throw new IOException(failed.getMessage(), failed);
        }
    }

    /** Answers its port. */
    private int start(int number, Gateway.Orders orders, int restarted) {
        ChildProcess gateway = launch(number);
        int port = ready(number, gateway, orders);
        gateway.onExit(() -> {
            running.remove(number, gateway);
            if (!isClosing()) {
                Thread again = new Thread(
                        () -> restart(number, orders.at(port), restarted + 1, gateway.pid()),
                        "gateway-" + number + "-restart");
                again.setDaemon(true);
                again.start();
            }
        });
        return port;
    }

    private int ready(int number, ChildProcess gateway, Gateway.Orders orders) {
        try {
            gateway.say(GatewayCommand.orders(orders));
            return gateway.awaitReady(START).path("port").asInt();
        } catch (ChildProcessException failed) {
            running.remove(number, gateway);
            gateway.close();
            throw failed;
        }
    }

    private void restart(int number, Gateway.Orders orders, int time, long died) {
        if (time > MOST_RESTARTS) {
            LOG.error(
                    "Gateway {} (process {}) has ended and is not started again after {} times; its devices come back through the others."
                            + " Its log is gateway-{}.log in {}",
                    number,
                    died,
                    MOST_RESTARTS,
                    number,
                    folder);
            return;
        }
        LOG.warn(
                "Gateway {} (process {}) has ended and is started again; its devices come back through all there are",
                number,
                died);
        try {
            start(number, orders, time);
            restarts.incrementAndGet();
        } catch (ChildProcessException failed) {
            if (!isClosing()) {
                LOG.error("Gateway {} could not be started again: {}", number, failed.getMessage());
            }
        }
    }

    private synchronized ChildProcess launch(int number) {
        if (closing) {
            throw new ChildProcessException("The cloud ends, and with it its gateways.");
        }
        ChildProcess gateway = ChildProcess.startAgain(
                "gateway-" + number, folder.toAbsolutePath(), JVM, List.of("gateway"), Map.of());
        running.put(number, gateway);
        return gateway;
    }

    private synchronized boolean isClosing() {
        return closing;
    }

    /** The process ids of those that run now. */
    public List<Long> pids() {
        return running.values().stream().map(ChildProcess::pid).toList();
    }

    /** Ends them all. */
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
        }
        running.values().forEach(ChildProcess::close);
    }
}
