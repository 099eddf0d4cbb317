package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/** Commands of a device and of its components: POST sends one and waits for the device's answer, GET shows the last ones. */
final class CommandResource {
    private static final String ROOT = "/api/devices/:id/commands/:command";
    private static final String COMPONENT = "/api/devices/:id/components/:component/commands/:command";
    private static final String MODULE = "/api/devices/:id/modules/:module";

    private final Quotas quotas;

    CommandResource(Quotas quotas) {
        this.quotas = quotas;
    }

    void mount(Router router, CentralApi api) {
        for (String path : List.of(
                ROOT, COMPONENT, MODULE + "/commands/:command", MODULE + "/components/:component/commands/:command")) {
            router.post(path).handler(api.with(Right.DEVICES_COMMAND, request -> send(api, request)));
            router.get(path).handler(api.with(Right.DEVICES_VIEW, CommandResource::history));
        }
    }

    private void send(CentralApi api, CentralRequest request) {
        CentralDevice device = addressed(request);
        JsonObject body = request.bodyIfAny();
        Duration connectionTimeout = seconds(body, "connectionTimeout", 0, 30, 0);
        Duration responseTimeout = seconds(body, "responseTimeout", 5, 30, 30);
        if (request.parameter("module") != null) {
            // No module ever connects to the emulator.
            throw notConnected(device.id() + "/" + request.parameter("module"));
        }
        OptionalLong wait =
                quotas.tryAcquire(AzureLimit.CENTRAL_COMMANDS, request.app().subdomain());
        if (wait.isPresent()) {
            request.retryAfter(wait.getAsLong());
            throw CentralException.tooManyRequests();
        }
        request.app()
                .deviceCommands()
                .send(
                        device.id(),
                        request.parameter("component"),
                        request.parameter("command"),
                        body.containsKey("request") ? Json.encode(body.getValue("request")) : null,
                        connectionTimeout,
                        responseTimeout)
                .onSuccess(ended -> answer(api, request, ended))
                .onFailure(failure -> api.refuse(request, failed()));
    }

    private static void answer(CentralApi api, CentralRequest request, CommandRecord ended) {
        switch (ended.outcome()) {
            case ANSWERED -> request.answer(201, shown(ended));
            case UNKNOWN_DEVICE, NOT_CONNECTED -> api.refuse(request, notConnected(ended.deviceId()));
            case TIMED_OUT ->
                api.refuse(
                        request,
                        new CentralException(
                                504, "GatewayTimeout", "Timed out waiting for the response from the device."));
            case PENDING, FAILED -> api.refuse(request, failed());
        }
    }

    private static CentralException notConnected(String name) {
        return new CentralException(
                404,
                "DeviceNotConnected",
                "Timed out waiting for device to connect. The device '" + name + "' is not connected.");
    }

    private static CentralException failed() {
        return new CentralException(500, "InternalServerError", "The command could not be delivered.");
    }

    /** The latest comes first. A page goes on behind the record its token names, even when newer ones have come meanwhile. */
    private static void history(CentralRequest request) {
        String id = addressed(request).id();
        boolean ofModule = request.parameter("module") != null;
        List<CommandRecord> found = new ArrayList<>(request.app().commands().of(id).stream()
                .filter(one -> !ofModule && Objects.equals(one.component(), request.parameter("component")))
                .filter(one -> one.command().equals(request.parameter("command")))
                .toList());
        Collections.reverse(found);
        int from = request.pageAfter() == null ? 0 : behind(found, request.pageAfter());
        int to = Math.min(from + Page.SIZE, found.size());
        request.answerPage(
                new Page<>(
                        found.subList(from, to),
                        to < found.size() ? found.get(to - 1).id() : null),
                CommandResource::shown);
    }

    private static int behind(List<CommandRecord> records, String id) {
        for (int i = 0; i < records.size(); i++) {
            if (records.get(i).id().equals(id)) {
                return i + 1;
            }
        }
        return records.size();
    }

    private static CentralDevice addressed(CentralRequest request) {
        CentralDevice device = DeviceResource.require(request);
        String command = request.parameter("command");
        boolean known = request.app()
                .template(device.template())
                .filter(template ->
                        template.hasCommand(request.parameter("module"), request.parameter("component"), command))
                .isPresent();
        if (!known) {
            throw CentralException.unprocessable("The template of the device '" + device.id() + "' has no command '"
                    + DeviceTemplate.method(request.parameter("component"), command) + "' here.");
        }
        return device;
    }

    private static JsonObject shown(CommandRecord record) {
        JsonObject json = new JsonObject().put("id", record.id());
        if (record.request() != null) {
            json.put("request", value(record.request()));
        }
        if (record.response() != null) {
            json.put("response", value(record.response()));
        }
        if (record.status() != null) {
            json.put("responseCode", record.status());
        }
        return json;
    }

    /** A device may answer anything; what is not JSON is shown as the text it is. */
    private static Object value(String text) {
        try {
            return Json.decodeValue(text);
        } catch (DecodeException notJson) {
            return text;
        }
    }

    private static Duration seconds(JsonObject body, String name, int from, int to, int unlessGiven) {
        Object given = body.getValue(name, unlessGiven);
        if (given instanceof Integer value && value >= from && value <= to) {
            return Duration.ofSeconds(value);
        }
        throw CentralException.invalidBody(
                name + " must be a whole number of seconds from " + from + " to " + to + ".");
    }
}
