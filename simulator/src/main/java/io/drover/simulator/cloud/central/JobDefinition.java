package io.drover.simulator.cloud.central;

import java.util.List;

/**
 * What a job is to do.
 *
 * @param batch how many devices at a time, or null for all
 * @param threshold how many failures cancel the job, or null for never
 * @param data what is done to each device, all of one kind
 * @param organization the one organization it belongs to, or null
 */
record JobDefinition(
        String displayName,
        String description,
        String group,
        Amount batch,
        Threshold threshold,
        List<Operation> data,
        String organization) {

    JobDefinition {
        data = List.copyOf(data);
    }

    /** A number of devices or a percentage of them. */
    record Amount(boolean percentage, int value) {
        int of(int total) {
            return Math.max(1, percentage ? (int) Math.ceil(total * value / 100.0) : value);
        }
    }

    /** The failures that cancel the job, counted over the job or over each batch. */
    record Threshold(Amount amount, boolean perBatch) {}

    /** What jobs can do to a device. The API's description and its how-to page spell the types differently; both are taken. */
    enum Kind {
        COMMAND("command", "CommandJobData"),
        PROPERTY("property", "PropertyJobData"),
        CLOUD_PROPERTY("cloudProperty", "CloudPropertyJobData"),
        TEMPLATE_MIGRATION("deviceTemplateMigration", "DeviceTemplateMigrationJobData");

        private final String wireName;
        private final String otherName;

        Kind(String wireName, String otherName) {
            this.wireName = wireName;
            this.otherName = otherName;
        }

        boolean isNamed(String name) {
            return wireName.equals(name) || otherName.equals(name);
        }
    }

    /**
     * One operation on every device of a template, or of any when a device is given another template.
     *
     * @param type the kind as the caller spelt it
     * @param template the template of the devices, or the one they get
     * @param component null for the template itself
     * @param name of the command or property; null for a template migration
     * @param value JSON text, or null
     */
    record Operation(Kind kind, String type, String template, String component, String name, String value) {
        String path() {
            return component == null ? name : component + "." + name;
        }

        /** Whether the operation is meant for a device of this template. */
        boolean concerns(String deviceTemplate) {
            return kind == Kind.TEMPLATE_MIGRATION || template.equals(deviceTemplate);
        }
    }
}
