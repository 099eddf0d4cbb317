package io.drover.simulator.bench;

import io.drover.simulator.process.ProcessUsage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * A process that opens connections and keeps them: warms up, says so, opens them when told by a line on standard input, says what its
 * memory was before and after, and ends with its standard input.
 */
@Command(
        name = "connect-hold",
        hidden = true,
        description = "Opens connections and keeps them; bench connect starts it.",
        mixinStandardHelpOptions = true)
final class ConnectHoldCommand implements Callable<Integer> {
    /** Environment variable of the key that devices' keys are derived from; empty for a server that asks for none. */
    static final String KEY_VARIABLE = "DROVER_BENCH_KEY";

    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int LANES = 32;

    @Option(names = "--kind", required = true)
    private ConnectLoad.Kind kind;

    @Option(names = "--port", required = true)
    private int port;

    @Option(names = "--ca", required = true)
    private Path authority;

    @Option(names = "--connections", required = true)
    private int connections;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(false));
        String key = System.getenv().getOrDefault(KEY_VARIABLE, "");
        ConnectLoad load = new ConnectLoad(vertx, new ConnectLoad.Target(kind, port, authority, key, connections));
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        get(load.run(LANES, WARM_UP));
        long self = ProcessHandle.current().pid();
        say(new JsonObject().put("ready", "warm"));
        if (input.readLine() != null) {
            long before = ProcessUsage.residentBytes(self);
            get(load.hold(connections, LANES));
            say(new JsonObject()
                    .put("ready", "held")
                    .put("before", before)
                    .put("after", ProcessUsage.residentBytes(self)));
            if (input.readLine() != null) {
                throw new IllegalStateException("nothing more to be told");
            }
        }
        get(vertx.close());
        return 0;
    }

    private void say(JsonObject line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line.encode());
        out.flush();
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
}
