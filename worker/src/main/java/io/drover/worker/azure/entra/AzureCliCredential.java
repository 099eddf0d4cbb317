package io.drover.worker.azure.entra;

import io.drover.worker.SignIn.AzureCli;
import io.drover.worker.azure.AzureException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Asks the Azure CLI for a token of whoever is signed in there. The program runs off the event loop, with a deadline. */
final class AzureCliCredential implements Credential {
    private static final Duration DEADLINE = Duration.ofSeconds(45);
    private static final Duration KILLED = Duration.ofSeconds(5);
    private static final int MOST_OUTPUT = 256 * 1024;
    private static final int LONGEST = 500;

    private final Vertx vertx;
    private final AzureCli cli;
    private final Duration deadline;

    AzureCliCredential(Vertx vertx, AzureCli cli) {
        this(vertx, cli, DEADLINE);
    }

    AzureCliCredential(Vertx vertx, AzureCli cli, Duration deadline) {
        this.vertx = vertx;
        this.cli = cli;
        this.deadline = deadline;
    }

    private record Ended(int code, String out, String err) {}

    @Override
    public Future<AccessToken> signIn(String audience) {
        List<String> command = new ArrayList<>(
                List.of(cli.command(), "account", "get-access-token", "--resource", audience, "--output", "json"));
        if (cli.tenant() != null) {
            command.addAll(List.of("--tenant", cli.tenant()));
        }
        return vertx.executeBlocking(() -> start(command), false)
                .compose(this::ended)
                .map(ended -> token(ended, audience));
    }

    private Process start(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).start();
            process.getOutputStream().close();
            return process;
        } catch (IOException missing) {
            throw refused("there is no program '" + cli.command() + "' on the PATH. Install the Azure CLI, or choose"
                    + " another way under entra.");
        }
    }

    private Future<Ended> ended(Process process) {
        Future<String> out = vertx.executeBlocking(() -> read(process.getInputStream()), false);
        Future<String> err = vertx.executeBlocking(() -> read(process.getErrorStream()), false);
        Future<Process> exit = Future.fromCompletionStage(process.onExit(), vertx.getOrCreateContext());
        Future<?> end = Future.join(out, err, exit);
        return end.timeout(deadline.toMillis(), TimeUnit.MILLISECONDS)
                .map(done -> new Ended(process.exitValue(), out.result(), err.result()))
                .recover(late -> {
                    // The CLI is a script that starts the real program.
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly();
                    AzureException silent = new AzureException(
                            429,
                            "SignInUnavailable",
                            "The Azure CLI gave no token within " + deadline.toSeconds() + " s.");
                    return end.timeout(KILLED.toMillis(), TimeUnit.MILLISECONDS)
                            .transform(gone -> Future.failedFuture(silent));
                });
    }

    private static String read(InputStream stream) throws IOException {
        return new String(stream.readNBytes(MOST_OUTPUT), StandardCharsets.UTF_8);
    }

    private AccessToken token(Ended ended, String audience) {
        if (ended.code() != 0) {
            String said = ended.err().strip().replaceAll("\\s+", " ");
            String shown = said.length() > LONGEST ? said.substring(0, LONGEST) + "…" : said;
            throw refused("it gave no token for " + audience + " (exit code " + ended.code() + ": " + shown + "). "
                    + (said.contains("az login")
                            ? "Sign in with az login" + (cli.tenant() == null ? "." : " --tenant " + cli.tenant() + ".")
                            : "Try the same with az account get-access-token --resource " + audience + "."));
        }
        try {
            JsonObject answer = new JsonObject(ended.out());
            String token = answer.getString("accessToken");
            if (token != null && !token.isBlank()) {
                return new AccessToken(token, expiry(answer));
            }
        } catch (DecodeException | ClassCastException | DateTimeException unreadable) {
            throw refused("its answer for " + audience + " is not the documented one. Update the Azure CLI.");
        }
        throw refused("its answer for " + audience + " has no token. Update the Azure CLI.");
    }

    /** Newer versions give seconds since 1970; older ones only the machine's local time. */
    private static Instant expiry(JsonObject answer) {
        return answer.getValue("expires_on") instanceof Number seconds
                ? Instant.ofEpochSecond(seconds.longValue())
                : LocalDateTime.parse(answer.getString("expiresOn", "").replace(' ', 'T'))
                        .atZone(ZoneId.systemDefault())
                        .toInstant();
    }

    private static AzureException refused(String what) {
        return new AzureException(401, "SignInFailed", "The Azure CLI did not sign in: " + what);
    }
}
