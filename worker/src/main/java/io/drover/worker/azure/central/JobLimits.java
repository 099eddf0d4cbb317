package io.drover.worker.azure.central;

import io.vertx.core.json.JsonObject;

/**
 * How a job goes through its devices (reference section a.5).
 *
 * @param batch how many devices it commands before it goes on; null for all at once
 * @param cancellationThreshold failures that cancel it; null for never
 * @param perBatch whether the threshold is counted in each batch anew
 */
public record JobLimits(Amount batch, Amount cancellationThreshold, boolean perBatch) {
    /** All at once, never cancelled. */
    public static final JobLimits NONE = new JobLimits(null, null, false);

    /** A number of devices, or a percentage of the job's. */
    public record Amount(int value, boolean percentage) {
        /** Of so many devices, rounded up. */
        public long of(long devices) {
            return percentage ? (devices * value + 99) / 100 : Math.min(devices, value);
        }

        JsonObject json() {
            return new JsonObject()
                    .put("type", percentage ? "percentage" : "number")
                    .put("value", value);
        }

        @Override
        public String toString() {
            return percentage ? value + "%" : Integer.toString(value);
        }
    }

    /** How many devices of so many one batch holds. */
    public long batchOf(long devices) {
        return batch == null ? devices : batch.of(devices);
    }
}
