package io.drover.simulator.load;

import java.time.Clock;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * The instants of each device of an index range, as rows of CSV: microseconds since 1970, empty for what has not happened. A move writes
 * over the one before it. 64 bytes a device, so it is only made when asked for. Any thread.
 */
public final class DeviceLog {
    /** The first line of the CSV. */
    public static final String HEADER = "index,operation,device,meant_us,started_us,registered_us,connected_us,"
            + "accepted_us,registered_again_us,connected_again_us,arrived_us";

    private static final int MEANT = 0;
    private static final int STARTED = 1;
    private static final int ACCEPTED = 4;
    private static final int COLUMNS = 8;

    private final int from;
    private final int to;
    private final AtomicLongArray instants;
    private final WallClock wall;

    /** A log of devices {@code from} up to, but without, {@code to}. */
    public DeviceLog(int from, int to, Clock clock) {
        this.from = from;
        this.to = to;
        this.instants = new AtomicLongArray((to - from) * COLUMNS);
        this.wall = new WallClock(clock);
    }

    void meant(int index, long nanos) {
        set(index, MEANT, nanos);
    }

    void accepted(int index, long nanos) {
        set(index, ACCEPTED, nanos);
        for (int column = ACCEPTED + 1; column < COLUMNS; column++) {
            instants.set((index - from) * COLUMNS + column, 0);
        }
    }

    void reached(LoadStep step, int index, long nanos) {
        int column = switch (step) {
            case LAG -> STARTED;
            case REGISTRATION -> 2;
            case CONNECT -> 3;
            case REGISTRATION_AGAIN -> 5;
            case MOVE -> 6;
            case ARRIVAL -> 7;
        };
        set(index, column, nanos);
    }

    private void set(int index, int column, long nanos) {
        instants.set((index - from) * COLUMNS + column, wall.micros(nanos));
    }

    /** All rows in order of the index, each with its line end; without the header. */
    public void rows(LoadOrder order, IntFunction<String> deviceId, Consumer<String> row) {
        for (int index = from; index < to; index++) {
            StringBuilder line = new StringBuilder(128)
                    .append(index)
                    .append(',')
                    .append(order.operation(index))
                    .append(',')
                    .append(deviceId.apply(index));
            for (int column = 0; column < COLUMNS; column++) {
                line.append(',');
                long micros = instants.get((index - from) * COLUMNS + column);
                if (micros != 0) {
                    line.append(micros);
                }
            }
            row.accept(line.append('\n').toString());
        }
    }
}
