package io.drover.simulator.cloud.fault;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What can go wrong. Each kind strikes at one point of a service and has a pattern of its own that a {@link Fault} may narrow or widen.
 * {@code docs/faults.md} lists them all.
 */
public enum FaultKind {
    THROTTLED(
            Point.REQUEST,
            "*",
            "*",
            3,
            20,
            null,
            "10s",
            "REST calls are answered 429 with Retry-After (delay, compressed), in bursts: the first 3 of each 20 of a host"),
    THROTTLED_WITHOUT_RETRY_AFTER(
            Point.REQUEST, "*", "*", 3, 20, null, "0ms", "As throttled, with no Retry-After header"),
    THROTTLED_WITH_WRONG_RETRY_AFTER(
            Point.REQUEST, "*", "*", 3, 20, null, "0ms", "As throttled, with a Retry-After that is no number"),
    SERVER_ERROR(Point.REQUEST, "*", "*", 1, 10, null, "0ms", "REST calls are answered 500, one of each 10"),
    UNAVAILABLE(Point.REQUEST, "*", "*", 1, 10, null, "0ms", "REST calls are answered 503, one of each 10"),
    TOKEN_ENDPOINT_DOWN(
            Point.REQUEST, "entra", "POST *token*", 0, 0, "10s", "0ms", "Entra answers token requests with 503"),
    SHORT_LIVED_TOKENS(Point.TOKEN, "entra", "*", 0, 0, null, "5s", "Access tokens live for the delay (at least 1 s)"),
    FORBIDDEN(
            Point.REQUEST,
            "*-rest",
            "*",
            0,
            0,
            null,
            "0ms",
            "REST calls are answered 403, as to a caller without a role; those of arm and central where service names them"),
    LIST_KEYS_FORBIDDEN(
            Point.REQUEST, "arm", "POST *listkeys", 0, 0, null, "0ms", "Resource Manager refuses listkeys with 403"),
    NEXT_LINK_EXPIRED(
            Point.REQUEST,
            "*",
            "GET *skiptoken=*",
            1,
            0,
            null,
            "0ms",
            "The first nextLink of each list is answered 400 as expired; a list begun anew works"),
    CONTINUATION_BROKEN(
            Point.REQUEST,
            "*",
            "POST * continued",
            1,
            0,
            null,
            "0ms",
            "Page two of a query is answered 400: the continuation is unknown; a query begun anew works"),
    NO_ANSWER(
            Point.REQUEST,
            "*",
            "*",
            1,
            20,
            null,
            "0ms",
            "REST calls are read and neither carried out nor answered; the connection stays open"),
    CONNECTION_DROPPED(
            Point.REQUEST, "*", "*", 1, 20, null, "0ms", "The connection closes before a REST call is carried out"),
    EXECUTED_THEN_504(
            Point.ANSWER,
            "*",
            "POST *commands*",
            1,
            0,
            null,
            "0ms",
            "Calls are carried out and then answered 504; each device's or host's first"),
    EXECUTED_THEN_DROPPED(
            Point.ANSWER,
            "*",
            "POST *commands*",
            1,
            0,
            null,
            "0ms",
            "Calls are carried out, then the connection closes without an answer; each device's or host's first"),
    SLOW_ANSWER(Point.ANSWER, "*", "*", 0, 0, null, "3s", "REST calls are carried out and answered after the delay"),
    TRUNCATED_BODY(Point.ANSWER, "*", "GET *", 1, 10, null, "0ms", "JSON answers end in the middle, one of each 10"),
    CLOCK_SKEW(
            Point.ANSWER,
            "*",
            "*",
            0,
            0,
            null,
            "10m",
            "A service's clock is ahead by the delay: its Date header, and over 5 minutes DPS and hub refuse all SAS tokens, else those that run out by then"),
    CONNACK_UNAVAILABLE(
            Point.CONNECT,
            "*-mqtt",
            "connect",
            1,
            0,
            null,
            "0ms",
            "MQTT CONNECT is answered with code 3, server unavailable; each device's first"),
    MQTT_CONNECTION_DROPPED(
            Point.CONNECT,
            "*-mqtt",
            "connect",
            1,
            0,
            null,
            "2s",
            "An MQTT connection closes after the delay; each device's first"),
    DPS_THROTTLED(
            Point.DEVICE_MESSAGE,
            "dps-*",
            "register",
            1,
            0,
            null,
            "10s",
            "A registration is answered 429 with retry-after (delay, compressed); each device's first"),
    DPS_UNAUTHORIZED(
            Point.DEVICE_MESSAGE,
            "dps-*",
            "register",
            1,
            0,
            null,
            "0ms",
            "A registration with a right key is answered 401002; each device's first"),
    DPS_CUSTOM_ALLOCATION_FAILED(
            Point.DEVICE_MESSAGE,
            "dps-*",
            "register",
            1,
            0,
            null,
            "0ms",
            "A registration fails with 400207, custom allocation failed with status code 404; each device's first"),
    DPS_ASSIGNING_FOREVER(
            Point.DEVICE_MESSAGE, "dps-*", "poll", 0, 0, null, "0ms", "Status polls are answered assigning for ever"),
    DPS_SLOW_ASSIGNMENT(
            Point.DEVICE_MESSAGE,
            "dps-*",
            "poll",
            0,
            0,
            null,
            "3s",
            "Status polls are answered assigning until the delay has passed since the device connected, over HTTPS since its first poll"),
    DPS_RETRY_AFTER_MISSING(
            Point.DEVICE_PUSH, "dps-*", "answer", 0, 0, null, "0ms", "Answers of DPS to devices carry no retry-after"),
    DPS_RETRY_AFTER_WRONG(
            Point.DEVICE_PUSH, "dps-*", "answer", 0, 0, null, "0ms", "The retry-after of DPS to devices is no number"),
    LOST_ACK(
            Point.DEVICE_MESSAGE,
            "hub-mqtt",
            "method-answer",
            1,
            0,
            null,
            "0ms",
            "The device's answer to a direct method is lost on its way to the hub; each device's first"),
    LATE_METHOD_ANSWER(
            Point.DEVICE_MESSAGE,
            "hub-mqtt",
            "method-answer",
            1,
            0,
            null,
            "35s",
            "The answer to a direct method reaches the hub after the delay; each device's first"),
    DUPLICATE_METHOD(
            Point.DEVICE_PUSH,
            "hub-mqtt",
            "method",
            0,
            0,
            null,
            "0ms",
            "A direct method is delivered to the device twice"),
    LOST_CLOUD_TO_DEVICE(
            Point.DEVICE_PUSH,
            "hub-mqtt",
            "message",
            1,
            0,
            null,
            "0ms",
            "A message to a device is lost on its way; each device's first"),
    TWIN_THROTTLED(
            Point.DEVICE_MESSAGE,
            "hub-mqtt",
            "twin",
            1,
            0,
            null,
            "0ms",
            "A twin read or update by a device is answered 429; each device's first"),
    TELEMETRY_DUPLICATED(
            Point.TELEMETRY,
            "hub-*",
            "telemetry",
            0,
            0,
            null,
            "0ms",
            "Telemetry stands twice in the built-in endpoint"),
    TELEMETRY_LATE(
            Point.TELEMETRY,
            "hub-*",
            "telemetry",
            0,
            0,
            null,
            "5s",
            "Telemetry shows in the built-in endpoint after the delay"),
    TELEMETRY_OUT_OF_ORDER(
            Point.TELEMETRY,
            "hub-*",
            "telemetry",
            1,
            2,
            null,
            "5s",
            "Each second message of a device stands before the first; it waits for it at most the delay"),
    STALE_CONNECTION_STATE(
            Point.VIEW,
            "hub-rest",
            "*",
            0,
            0,
            null,
            "5m",
            "The hub tells a connection state that is the delay old; of changes since the fault was switched on"),
    DELAYED_QUERY(
            Point.VIEW,
            "hub-rest",
            "POST /devices/query*",
            0,
            0,
            null,
            "1m",
            "Queries of the hub leave out devices that first connected less than the delay ago, while the fault is on"),
    HUB_FAILOVER(
            Point.REQUEST,
            "hub-*",
            "*",
            0,
            0,
            "10s",
            "0ms",
            "The hub is away: devices are dropped and refused with code 3, REST calls are answered 503"),
    HALF_OPEN_CONNECTION(
            Point.SOCKET,
            "*",
            "accept",
            1,
            10,
            null,
            "0ms",
            "A TCP connection is accepted and never answered, one of each 10 of a listener"),
    SLOW_HANDSHAKE(Point.SOCKET, "*", "accept", 0, 0, null, "3s", "The TLS handshake begins after the delay"),
    EXPIRED_CERTIFICATE(
            Point.CERTIFICATE,
            "*",
            "handshake",
            0,
            0,
            "10s",
            "0ms",
            "Listeners show a server certificate that ran out yesterday; gateways (`cloud --gateways`) do not");

    /** Where in a service a fault is asked for. */
    public enum Point {
        /** A REST call before it is carried out. */
        REQUEST,
        /** A REST call that has been carried out. */
        ANSWER,
        /** What a hub tells of its devices. */
        VIEW,
        /** An access token is made. */
        TOKEN,
        /** An MQTT CONNECT. */
        CONNECT,
        /** A publish of a device. */
        DEVICE_MESSAGE,
        /** A publish to a device. */
        DEVICE_PUSH,
        /** Telemetry on its way into the built-in endpoint. */
        TELEMETRY,
        /** A TCP connection; only where listeners stand behind gates. */
        SOCKET,
        /** The choice of the server certificate. */
        CERTIFICATE
    }

    private final Point point;
    private final String service;
    private final String operation;
    private final int count;
    private final int every;
    private final String window;
    private final String delay;
    private final String meaning;

    FaultKind(
            Point point,
            String service,
            String operation,
            int count,
            int every,
            String window,
            String delay,
            String meaning) {
        this.point = point;
        this.service = service;
        this.operation = operation;
        this.count = count;
        this.every = every;
        this.window = window;
        this.delay = delay;
        this.meaning = meaning;
    }

    /** The name in files, API and metrics, for example {@code lost-ack}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<FaultKind> named(String text) {
        return Arrays.stream(values()).filter(kind -> kind.text().equals(text)).findFirst();
    }

    public Point point() {
        return point;
    }

    /** One sentence for a person. */
    public String meaning() {
        return meaning;
    }

    /** The fault with nothing said but its kind. */
    public Fault byDefault() {
        return new Fault(
                text(),
                this,
                service,
                operation,
                "*",
                1,
                1,
                0,
                count,
                every,
                Duration.ZERO,
                window == null ? null : FaultReader.duration(window).orElseThrow(),
                FaultReader.duration(delay).orElseThrow(),
                0);
    }
}
