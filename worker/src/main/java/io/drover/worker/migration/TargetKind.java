package io.drover.worker.migration;

/** What devices are moved to; with its name it is part of a migration's identity. */
public enum TargetKind {
    PROVISIONING_SERVICE("provisioning service"),
    APPLICATION("IoT Central application");

    private final String text;

    TargetKind(String text) {
        this.text = text;
    }

    /** For a person. */
    public String text() {
        return text;
    }
}
