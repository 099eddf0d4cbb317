package io.drover.simulator.cloud;

import io.drover.simulator.ConsoleProgram;
import io.drover.simulator.cloud.fault.Fault;
import io.drover.simulator.cloud.fault.FaultFile;
import io.drover.simulator.cloud.fault.FaultKind;
import io.drover.simulator.process.OpenFiles;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code simulator.jar cloud}: runs the emulated Azure until it is stopped. */
@Command(
        name = "cloud",
        description = "Runs the emulated Azure: Entra, Resource Manager, IoT Central, DPS and IoT Hub on 127.0.0.1.",
        mixinStandardHelpOptions = true)
public final class CloudCommand implements Callable<Integer> {
    private static final int MOST_GATEWAYS = 64;

    @Option(names = "--https-port", defaultValue = "0", description = "HTTPS port; 0 (default) takes any free one.")
    private int httpsPort;

    @Option(names = "--mqtt-port", defaultValue = "0", description = "MQTT-TLS port; 0 (default) takes any free one.")
    private int mqttPort;

    @Option(names = "--amqp-port", defaultValue = "0", description = "AMQP-TLS port; 0 (default) takes any free one.")
    private int amqpPort;

    @Option(names = "--control-port", defaultValue = "0", description = "Control port; 0 (default) takes any free one.")
    private int controlPort;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            defaultValue = CloudOptions.HOST,
            description =
                    "Where MQTT, HTTPS and the control API listen (default: ${DEFAULT-VALUE}); 0.0.0.0 opens them to"
                            + " every machine that reaches this one, and the control API asks nobody who they are.")
    private String listen;

    @Option(
            names = {"--data", "--data-dir"},
            defaultValue = ".drover/cloud",
            description = "Directory of the certificate authority (default: ${DEFAULT-VALUE}).")
    private Path dataDirectory;

    @Option(names = "--suffix", defaultValue = "test", description = "Suffix of all names (default: ${DEFAULT-VALUE}).")
    private String suffix;

    @Option(
            names = "--time-compression",
            defaultValue = "1",
            description = "1 to 100: multiplies the documented rates, divides the waits (default: ${DEFAULT-VALUE}).")
    private int timeCompression;

    @Option(
            names = "--assignment-millis",
            defaultValue = "200",
            description = "Time DPS takes to assign a device (default: ${DEFAULT-VALUE}).")
    private long assignmentMillis;

    @Option(
            names = "--limit",
            paramLabel = "NAME=AMOUNT",
            description = "Another amount for a documented limit and its period, such as central-commands=5.")
    private Map<String, Integer> limits = Map.of();

    @Option(names = "--no-quotas", description = "Refuse nobody for calling faster than documented.")
    private boolean noQuotas;

    @Option(
            names = "--estate",
            description = "JSON file with what exists at the start, as PUT /control/estate takes it.")
    private Path estate;

    @Option(
            names = "--faults",
            description = "YAML or JSON file with faults that are switched on from the start (docs/faults.md).")
    private Path faults;

    @Option(
            names = "--gates",
            description = "Put the listeners behind gates, which faults of TCP connections need; costs sockets.")
    private boolean gates;

    @Option(
            names = "--gateways",
            paramLabel = "N",
            description = "Processes that take the devices' MQTT connections and share the port; 0 for none"
                    + " (default: as --expected-devices needs).")
    private Integer gateways;

    @Option(
            names = "--expected-devices",
            paramLabel = "N",
            defaultValue = "0",
            description = "How many devices will be connected at once; checked against the limit of open files.")
    private int expectedDevices;

    @Option(
            names = "--azure-ports",
            description =
                    "Azure's own ports: 443, 8883 and 5671, where no other is given. Microsoft's clients know no others.")
    private boolean azurePorts;

    @Option(
            names = "--print-hosts",
            description = "Print lines for the hosts file and the rules that lead a worker here.")
    private boolean printHosts;

    @Option(
            names = "--ca-file",
            description = "Also write the authority's certificate to this file, where those look who shall trust it.")
    private Path caFile;

    @Option(
            names = "--record",
            paramLabel = "FILE",
            defaultValue = "${env:DROVER_RECORD}",
            description = "Write every HTTPS exchange to this file, one JSON object a line, emulated keys included"
                    + " (default: the environment variable DROVER_RECORD, which a rehearsal hands on).")
    private Path record;

    @Option(names = "--ready-line", description = "Print one JSON line with the ports when everything listens.")
    private boolean readyLine;

    @Option(names = "--stop-with-stdin", description = "Exit when standard input ends.")
    private boolean stopWithStdin;

    @Option(names = "--verbose", description = "Log more.")
    private boolean verbose;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (verbose) {
            System.setProperty("drover.log.level", "INFO");
        }
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Vertx vertx = Vertx.vertx();
        try {
            Cloud cloud = Cloud.start(vertx, options(), Optional.ofNullable(record))
                    .compose(
                            started -> (estate == null ? Future.succeededFuture() : started.build(estate)).map(started))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
            cloud.limit(limits);
            copyAuthority(cloud.ports().caCertificate());
            announce(out, cloud);
            ConsoleProgram.runUntilStopped(stopWithStdin, () -> cloud.close().compose(closed -> vertx.close()));
            return 0;
        } catch (CompletionException | IllegalArgumentException failure) {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            err.println("The emulated cloud cannot start: " + cause.getMessage());
            err.flush();
            ConsoleProgram.await(vertx.close());
            return 1;
        }
    }

    private CloudOptions options() {
        List<Fault> plan = faults == null ? List.of() : FaultFile.read(faults);
        boolean needsGates = plan.stream().anyMatch(fault -> fault.kind().point() == FaultKind.Point.SOCKET);
        if ((gates || needsGates) && !listen.equals(CloudOptions.HOST)) {
            throw new IllegalArgumentException("--listen " + listen
                    + " and gates exclude each other: faults of TCP connections are for devices on this machine");
        }
        return plainOptions().withFaults(plan, gates || needsGates).withGateways(gatewayCount(gates || needsGates));
    }

    private int gatewayCount(boolean gated) {
        int needed = OpenFiles.processesFor(expectedDevices);
        int count = gateways == null ? (needed > 1 ? needed : 0) : gateways;
        if (count < 0 || count > MOST_GATEWAYS) {
            throw new IllegalArgumentException("--gateways " + count + ": give 0 to " + MOST_GATEWAYS);
        }
        if (count > 0 && gated) {
            throw new IllegalArgumentException(
                    "gates and gateways exclude each other: give --gateways 0, or no faults of TCP connections");
        }
        OpenFiles.refusal(expectedDevices / Math.max(1, count), "give --gateways " + needed + " or more")
                .ifPresent(refusal -> {
                    throw new IllegalArgumentException(refusal);
                });
        return count;
    }

    private CloudOptions plainOptions() {
        return new CloudOptions(
                        new Names(suffix),
                        port(httpsPort, 443),
                        port(mqttPort, 8883),
                        port(amqpPort, 5671),
                        controlPort,
                        dataDirectory,
                        timeCompression,
                        !noQuotas,
                        Duration.ofMillis(assignmentMillis))
                .withListen(listen);
    }

    private int port(int given, int documented) {
        return given == 0 && azurePorts ? documented : given;
    }

    private void copyAuthority(Path certificate) {
        if (caFile == null) {
            return;
        }
        try {
            Files.copy(certificate, caFile, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException unwritable) {
            throw new IllegalArgumentException(
                    "--ca-file " + caFile + " cannot be written; check that its folder exists", unwritable);
        }
    }

    private void announce(PrintWriter out, Cloud cloud) {
        CloudPorts ports = cloud.ports();
        if (readyLine) {
            out.println(ports.readyLine());
        } else {
            out.println("The emulated cloud listens on " + listen + ": HTTPS " + ports.https() + ", MQTT "
                    + ports.mqtt() + ", AMQP " + ports.amqp() + ", control http://" + CloudOptions.HOST + ":"
                    + ports.control());
            out.println("Trust " + (caFile == null ? ports.caCertificate() : caFile) + "; stop with Ctrl-C.");
        }
        if (printHosts) {
            cloud.directions().forEach(out::println);
        }
        out.flush();
    }
}
