package io.drover.simulator.bench;

import io.drover.simulator.ConsoleProgram;
import io.drover.simulator.cloud.tls.CertificateAuthority;
import io.drover.simulator.cloud.tls.ClientCertificates;
import io.drover.simulator.tls.TlsEngine;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A TLS server that does nothing else: what the emulated cloud's MQTT listener is held against. Ends with its standard input. */
@Command(
        name = "bare-server",
        hidden = true,
        description = "A TLS server without MQTT; bench connect starts it.",
        mixinStandardHelpOptions = true)
final class BareServerCommand implements Callable<Integer> {
    private static final long START_SECONDS = 30;

    @Option(names = "--data-dir", required = true, description = "Directory of the certificate authority.")
    private Path directory;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        CertificateAuthority authority = CertificateAuthority.openOrCreate(directory, Clock.systemUTC());
        NetServerOptions options = new NetServerOptions()
                .setHost("127.0.0.1")
                .setSsl(true)
                .setSslEngineOptions(TlsEngine.fastest().options())
                .setKeyCertOptions(authority.issueServerCertificate(List.of(ConnectLoad.NAMES)));
        ClientCertificates.request(options);
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(false));
        AtomicInteger port = new AtomicInteger();
        // One listener for each processor on one port, as the cloud has; negative ports are Vert.x's shared free ones.
        options.setPort(-1);
        vertx.deployVerticle(
                        () -> new Listener(options, port),
                        new DeploymentOptions()
                                .setInstances(Runtime.getRuntime().availableProcessors()))
                .toCompletionStage()
                .toCompletableFuture()
                .get(START_SECONDS, TimeUnit.SECONDS);
        PrintWriter out = spec.commandLine().getOut();
        out.println(new JsonObject().put("ready", "bare-server").put("port", port.get()));
        out.flush();
        ConsoleProgram.runUntilStopped(true, vertx::close);
        return 0;
    }

    private static final class Listener extends VerticleBase {
        private final NetServerOptions options;
        private final AtomicInteger port;

        Listener(NetServerOptions options, AtomicInteger port) {
            this.options = options;
            this.port = port;
        }

        @Override
        public Future<?> start() {
            return vertx.createNetServer(options)
                    .connectHandler(socket -> socket.handler(data -> {}))
                    .listen()
                    .map(NetServer::actualPort)
                    .onSuccess(port::set);
        }
    }
}
