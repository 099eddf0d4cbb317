package io.drover.simulator.cloud.arm;

/** A shared access policy as {@code listkeys} returns it; the rights are one comma-separated string. */
public record AccessPolicy(String keyName, String primaryKey, String secondaryKey, String rights) {
    @Override
    public String toString() {
        return "AccessPolicy[keyName=" + keyName + ", rights=" + rights + ", keys=***]";
    }
}
