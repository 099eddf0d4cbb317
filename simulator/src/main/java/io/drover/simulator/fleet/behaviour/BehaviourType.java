package io.drover.simulator.fleet.behaviour;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** How a virtual device takes a DeviceMove command; the constant says which keys its scenario entry may carry. */
public enum BehaviourType {
    /** Answers 200 and moves. */
    OBEDIENT("obedient", "answerDelay", "moveDelay"),
    /** Never connects anywhere. */
    OFFLINE("offline"),
    /** Connects only some time after the start, then obeys. */
    OFFLINE_UNTIL("offline-until", "after", "answerDelay", "moveDelay"),
    /** Obeys, but takes its time to answer. */
    SLOW("slow", "answerDelay", "moveDelay"),
    /** Answers with a status of its own and stays. */
    REFUSES("refuses", "status", "answerDelay"),
    /** Answers 200 and stays. */
    ACCEPTS_NEVER_MOVES("accepts-never-moves", "answerDelay"),
    /** Connects at the target and never sends telemetry there. */
    MOVES_THEN_SILENT("moves-then-silent", "answerDelay", "moveDelay"),
    /** Moves, and goes on at the source as well, as two devices of one id would; lean devices only. */
    MOVES_AND_STAYS("moves-and-stays", "answerDelay", "moveDelay"),
    /** Registers at the target's provisioning service and is never seen again. */
    MOVES_THEN_DIES("moves-then-dies", "answerDelay", "moveDelay"),
    /** Does not subscribe to direct methods. */
    NO_HANDLER("no-handler"),
    /** Registers at the target with a wrong key, so it is never assigned. */
    WRONG_KEY("wrong-key", "answerDelay", "moveDelay");

    private final String text;
    private final String keys;

    BehaviourType(String text, String... keys) {
        this.text = text;
        this.keys = String.join(" ", keys);
    }

    /** The name a scenario file uses. */
    public String text() {
        return text;
    }

    /** Keys a scenario may give beside {@code type}. */
    public Set<String> keys() {
        return keys.isEmpty() ? Set.of() : Set.of(keys.split(" "));
    }

    /** Finds the type a scenario file names. */
    public static Optional<BehaviourType> named(String text) {
        return Arrays.stream(values()).filter(type -> type.text.equals(text)).findFirst();
    }
}
