package io.drover.simulator.fleet.behaviour;

import java.time.Duration;

/**
 * What a group of virtual devices does; shared by all of the group, so it holds no state.
 *
 * @param status the answer of a refusing device, 200 for every other
 * @param after how long an offline-until device stays away after the start
 */
public record Behaviour(BehaviourType type, DelayRange answerDelay, DelayRange moveDelay, Duration after, int status) {
    /** A device that obeys at once. */
    public static final Behaviour OBEDIENT = of(BehaviourType.OBEDIENT);

    /** A behaviour without delays. */
    public static Behaviour of(BehaviourType type) {
        int status = type == BehaviourType.REFUSES ? 403 : 200;
        return new Behaviour(type, DelayRange.NONE, DelayRange.NONE, Duration.ZERO, status);
    }

    /** Whether a device of this behaviour leaves its hub after it accepted a DeviceMove. */
    public boolean moves() {
        return switch (type) {
            case OBEDIENT, OFFLINE_UNTIL, SLOW, MOVES_THEN_SILENT, MOVES_AND_STAYS, MOVES_THEN_DIES, WRONG_KEY -> true;
            case OFFLINE, REFUSES, ACCEPTS_NEVER_MOVES, NO_HANDLER -> false;
        };
    }
}
