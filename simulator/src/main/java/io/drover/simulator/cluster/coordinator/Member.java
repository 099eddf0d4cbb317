package io.drover.simulator.cluster.coordinator;

import io.drover.simulator.cluster.Hello;
import io.drover.simulator.load.LoadReport;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Optional;

/** What the coordinator knows of one member; only on the coordinator's event loop. */
final class Member {
    /** Where it is. */
    enum State {
        /** Waits for its part. */
        JOINED,
        /** Makes its devices. */
        DEPLOYING,
        /** Its devices could begin. */
        READY,
        /** Its devices have been told to begin. */
        RUNNING,
        /** Has told its final figures. */
        DONE,
        /** Does not answer, or has gone. */
        LOST;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final int number;
    private final Hello hello;
    private State state = State.JOINED;
    private IndexRanges.Range range = new IndexRanges.Range(0, 0);
    private long lastBeat = System.nanoTime();
    private JsonObject status = new JsonObject();
    private JsonObject health = new JsonObject();
    private LoadReport load;
    private Double lateMillis;
    private Double startRoundTripMillis;
    private String lost;

    Member(int number, Hello hello) {
        this.number = number;
        this.hello = hello;
    }

    int number() {
        return number;
    }

    Hello hello() {
        return hello;
    }

    String name() {
        return hello.name();
    }

    State state() {
        return state;
    }

    void become(State next) {
        if (state != State.LOST) {
            state = next;
        }
    }

    IndexRanges.Range range() {
        return range;
    }

    void take(IndexRanges.Range part) {
        range = part;
    }

    /** A sign of life, with whatever it tells of itself; its last figures stay. */
    void beat(JsonObject told) {
        lastBeat = System.nanoTime();
        if (state == State.DONE) {
            return;
        }
        status = told.getJsonObject("status", status);
        health = told.getJsonObject("health", health);
        lateMillis = told.getDouble("lateMillis", lateMillis);
        if (told.containsKey("load")) {
            load = LoadReport.fromJson(told.getJsonObject("load"));
        }
    }

    long silentNanos() {
        return System.nanoTime() - lastBeat;
    }

    /** As its fleet answered last; empty before its devices are made. */
    JsonObject status() {
        return status;
    }

    /** What its load had come to then; empty before its devices are made. */
    Optional<LoadReport> load() {
        return Optional.ofNullable(load);
    }

    JsonObject health() {
        return health;
    }

    void startTook(double roundTripMillis) {
        startRoundTripMillis = roundTripMillis;
    }

    /** Its devices began so many milliseconds after the instant meant, at most; null before they have. */
    Double beganWithinMillis() {
        return lateMillis == null || startRoundTripMillis == null ? null : lateMillis + startRoundTripMillis;
    }

    void lose(String reason) {
        state = State.LOST;
        lost = reason;
    }

    boolean isLost() {
        return state == State.LOST;
    }

    /** For a person: who, and which devices. */
    String describe() {
        return "member " + hello + " with " + range;
    }

    /** For status and report. */
    JsonObject toJson() {
        return new JsonObject()
                .put("number", number)
                .put("name", hello.name())
                .put("host", hello.host())
                .put("pid", hello.pid())
                .put("processors", hello.processors())
                .put("weight", hello.weight())
                .put("state", state.text())
                .put("from", range.from())
                .put("to", range.to())
                .put("beganWithinMillis", beganWithinMillis())
                .put("lost", lost);
    }
}
