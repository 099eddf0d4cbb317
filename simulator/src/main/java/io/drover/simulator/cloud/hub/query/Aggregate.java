package io.drover.simulator.cloud.hub.query;

import java.util.Arrays;
import java.util.Optional;

/** The aggregate functions. All but COUNT look at numbers only; over none of them the result is undefined. */
enum Aggregate {
    COUNT,
    AVG,
    SUM,
    MIN,
    MAX;

    static Optional<Aggregate> named(String text) {
        return Arrays.stream(values())
                .filter(aggregate -> aggregate.name().equalsIgnoreCase(text))
                .findFirst();
    }

    /** What has been seen so far of one column in one group. Not thread-safe. */
    static final class Total {
        private long seen;
        private long numbers;
        private double sum;
        private double least = Double.POSITIVE_INFINITY;
        private double greatest = Double.NEGATIVE_INFINITY;

        void add(Object value) {
            seen += value == QueryRow.UNDEFINED ? 0 : 1;
            if (value instanceof Number number) {
                numbers++;
                sum += number.doubleValue();
                least = Math.min(least, number.doubleValue());
                greatest = Math.max(greatest, number.doubleValue());
            }
        }

        Object result(Aggregate aggregate) {
            if (aggregate == COUNT) {
                return seen;
            }
            if (numbers == 0) {
                return QueryRow.UNDEFINED;
            }
            return switch (aggregate) {
                case AVG -> sum / numbers;
                case MIN -> least;
                case MAX -> greatest;
                default -> sum;
            };
        }
    }
}
