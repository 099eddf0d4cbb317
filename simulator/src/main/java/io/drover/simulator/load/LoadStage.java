package io.drover.simulator.load;

import java.time.Duration;

/**
 * A part of a load's profile. Amounts are real numbers, so that stages join without losing a fraction of an operation; only
 * {@link LoadProfile} makes whole operations of them.
 */
public sealed interface LoadStage {
    /** How long the stage takes. */
    Duration time();

    /** How many operations it has. */
    double amount();

    /** Nanoseconds from the stage's beginning until so many of its operations have begun; of at most {@link #amount()}. */
    double nanosUntil(double operations);

    /** Operations per second at its end; NaN for a storm, which has no rate. */
    double lastRate();

    /** A rate that grows or falls evenly, from {@code from} to {@code to} operations per second. */
    record Linear(double from, double to, Duration time) implements LoadStage {
        @Override
        public double amount() {
            return (from + to) / 2 * time.toNanos() / 1e9;
        }

        @Override
        public double nanosUntil(double operations) {
            if (operations <= 0) {
                return 0;
            }
            // The solution of n = from t + (to - from) t² / 2T that does not subtract what is nearly equal.
            double slope = (to - from) / (time.toNanos() / 1e9);
            double root = Math.sqrt(Math.max(0, from * from + 2 * operations * slope));
            return 2 * operations * 1e9 / (from + root);
        }

        @Override
        public double lastRate() {
            return to;
        }
    }

    /** A rate that grows or falls by the same factor in each equal time. */
    record Exponential(double from, double to, Duration time) implements LoadStage {
        private double growth() {
            return Math.log(to / from) / time.toNanos();
        }

        @Override
        public double amount() {
            return from == to ? from * time.toNanos() / 1e9 : (to - from) / 1e9 / growth();
        }

        @Override
        public double nanosUntil(double operations) {
            return from == to ? operations * 1e9 / from : Math.log1p(operations * 1e9 * growth() / from) / growth();
        }

        @Override
        public double lastRate() {
            return to;
        }
    }

    /** The same rate all the time. */
    record Step(double rate, Duration time) implements LoadStage {
        @Override
        public double amount() {
            return rate * time.toNanos() / 1e9;
        }

        @Override
        public double nanosUntil(double operations) {
            return operations <= 0 ? 0 : operations * 1e9 / rate;
        }

        @Override
        public double lastRate() {
            return rate;
        }
    }

    /** So many at once. */
    record Storm(long operations) implements LoadStage {
        @Override
        public Duration time() {
            return Duration.ZERO;
        }

        @Override
        public double amount() {
            return operations;
        }

        @Override
        public double nanosUntil(double begun) {
            return 0;
        }

        @Override
        public double lastRate() {
            return Double.NaN;
        }
    }
}
