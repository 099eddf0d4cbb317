package io.drover.simulator.cluster;

import io.drover.simulator.process.ChildProcess;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A member's devices: a {@code fleet} of its range, as a process of its own, so that the cluster's threads and memory are none of the
 * load. It ends with this one.
 */
final class MemberFleet implements AutoCloseable {
    private static final Duration READY = Duration.ofMillis(MemberProtocol.DEPLOY_MILLIS - 10_000);
    private static final String HOST = "127.0.0.1";
    private static final List<String> JVM = List.of("-Xms64m", "-Xmx1536m", "-XX:+UseSerialGC");

    private final Vertx vertx;
    private final WebClient client;
    private final List<String> options;
    private ChildProcess process;
    private volatile int port;

    /** @param options of {@code fleet} beside its part */
    MemberFleet(Vertx vertx, List<String> options) {
        this.vertx = vertx;
        this.client = WebClient.create(vertx);
        this.options = List.copyOf(options);
    }

    /**
     * Makes the devices; completes when they could begin. Fails with what the fleet said when it could not.
     *
     * @param ended is run when the fleet ends by itself later, with what it said; on a thread of the system's
     */
    Future<Void> deploy(Assignment assignment, Consumer<String> ended) {
        return vertx.executeBlocking(
                () -> {
                    Path folder = Files.createTempDirectory("drover-member-");
                    List<String> arguments = new ArrayList<>(assignment.arguments(folder));
                    arguments.addAll(options);
                    arguments.addAll(List.of("--control-port=0", "--ready-line", "--stop-with-stdin"));
                    ChildProcess started = start(folder, arguments);
                    port = started.awaitReady(READY).path("controlPort").asInt();
                    started.onExit(() ->
                            ended.accept(started.failure("has ended by itself").getMessage()));
                    return null;
                },
                false);
    }

    private synchronized ChildProcess start(Path folder, List<String> arguments) {
        process = ChildProcess.startAgain("fleet", folder, JVM, arguments, Map.of());
        return process;
    }

    /** Whether there are devices. */
    boolean isDeployed() {
        return port != 0;
    }

    /** Begins the load; its schedule counts from that instant of this machine's clock. Fails when it is refused. */
    Future<Void> begin(Instant at) {
        return ask(
                        HttpMethod.POST,
                        "/fleet/start",
                        new JsonObject().put("at", at.toString()).toBuffer())
                .compose(answer -> answer.statusCode() == 204
                        ? Future.succeededFuture()
                        : Future.failedFuture(new IOException(
                                "its fleet answers " + answer.statusCode() + ": " + answer.bodyAsString())));
    }

    /** What its HTTP answers: {@code {status, body}}. */
    Future<JsonObject> get(String path) {
        return ask(HttpMethod.GET, path)
                .map(answer ->
                        new JsonObject().put("status", answer.statusCode()).put("body", answer.bodyAsString()));
    }

    /** The same where it is JSON. */
    Future<JsonObject> json(String path) {
        return ask(HttpMethod.GET, path).map(HttpResponse::bodyAsJsonObject);
    }

    private Future<HttpResponse<Buffer>> ask(HttpMethod method, String path) {
        return ask(method, path, Buffer.buffer());
    }

    private Future<HttpResponse<Buffer>> ask(HttpMethod method, String path, Buffer body) {
        if (!isDeployed()) {
            return Future.failedFuture(new IOException("there are no devices yet"));
        }
        return client.request(method, port, HOST, path)
                .timeout(MemberProtocol.GET_MILLIS - 1_000)
                .sendBuffer(body);
    }

    /** Ends it. Blocks, for some seconds at most. */
    @Override
    public synchronized void close() {
        if (process != null) {
            process.close();
        }
    }
}
