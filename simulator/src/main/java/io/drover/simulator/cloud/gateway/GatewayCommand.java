package io.drover.simulator.cloud.gateway;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code simulator.jar gateway}: one MQTT front end of an emulated cloud, which starts it and tells it what to do in a line of JSON on
 * standard input. It ends with the cloud.
 */
@Command(
        name = "gateway",
        hidden = true,
        mixinStandardHelpOptions = true,
        description = "A front end of the emulated cloud's MQTT port; the cloud starts it (cloud --gateways).")
public final class GatewayCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintWriter err = spec.commandLine().getErr();
        String line = input.readLine();
        CountDownLatch end = new CountDownLatch(1);
        Gateway gateway = new Gateway();
        try {
            int port = gateway.start(orders(line), end::countDown);
            PrintWriter out = spec.commandLine().getOut();
            out.println(new JsonObject().put("ready", "gateway").put("port", port));
            out.flush();
            endWith(input, end);
            end.await();
            return 0;
        } catch (IOException impossible) {
            err.println("The gateway cannot start: " + impossible.getMessage());
            err.flush();
            return 1;
        } finally {
            gateway.close();
        }
    }

    /** What the cloud writes to a gateway. */
    static String orders(Gateway.Orders orders) {
        return new JsonObject()
                .put("host", orders.host())
                .put("port", orders.port())
                .put("linkPort", orders.linkPort())
                .put("secret", orders.secret())
                .put("certificate", orders.certificate())
                .put("key", orders.key())
                .encode();
    }

    private static Gateway.Orders orders(String line) throws IOException {
        try {
            JsonObject json = new JsonObject(String.valueOf(line));
            return new Gateway.Orders(
                    json.getString("host"),
                    json.getInteger("port"),
                    json.getInteger("linkPort"),
                    json.getBuffer("secret"),
                    json.getString("certificate"),
                    json.getString("key"));
        } catch (DecodeException | ClassCastException | NullPointerException noOrders) {
            throw new IOException(
                    "it expects its orders on standard input; only a cloud gives them (cloud --gateways)");
        }
    }

    private static void endWith(BufferedReader input, CountDownLatch end) {
        Thread watch = new Thread(
                () -> {
                    try {
                        input.transferTo(java.io.Writer.nullWriter());
                    } catch (IOException gone) {
                        // A broken pipe ends the gateway as an end of file does.
                    } finally {
                        end.countDown();
                    }
                },
                "stdin-watch");
        watch.setDaemon(true);
        watch.start();
    }
}
