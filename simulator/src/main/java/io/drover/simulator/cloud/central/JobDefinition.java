package io.drover.simulator.cloud.central;

import java.util.List;

/**
 * What a job is to do.
 *
 * @param batch how many devices at a time, or null for all
 * @param threshold how many failures cancel the job, or null for never
 */
record JobDefinition(
        String displayName, String description, String group, Amount batch, Threshold threshold, List<Command> data) {

    /** A number of devices or a percentage of them. */
    record Amount(boolean percentage, int value) {
        int of(int total) {
            return Math.max(1, percentage ? (int) Math.ceil(total * value / 100.0) : value);
        }
    }

    /** The failures that cancel the job, counted over the job or over each batch. */
    record Threshold(Amount amount, boolean perBatch) {}

    /** One command to every device of the template; the component is null for a command of the template itself. */
    record Command(String template, String component, String name, String value) {
        String path() {
            return component == null ? name : component + "." + name;
        }
    }
}
