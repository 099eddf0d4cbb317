package io.drover.worker.migration;

/** Proves an audit, record by record in order; remembers the first break. Not thread-safe. */
public final class AuditChain {
    private final String mustPass;
    private boolean passed;
    private String previous = AuditStore.ROOT;
    private long records;
    private String broken;

    /** {@code mustPass} is a head hash noted earlier, which shows that no newer records were cut off; or null. */
    public AuditChain(String mustPass) {
        this.mustPass = mustPass;
        this.passed = mustPass == null;
    }

    /** Takes the next record. */
    public void add(AuditStore.Entry entry) {
        records++;
        if (broken == null) {
            if (entry.sequence() != records) {
                broken = "record " + records + " is missing; next is " + entry.sequence();
            } else if (!entry.previous().equals(previous)) {
                broken = "record " + entry.sequence() + " does not follow the one before it";
            } else if (!entry.expectedHash().equals(entry.hash())) {
                broken = "record " + entry.sequence() + " was changed after it was written";
            }
        }
        previous = entry.hash();
        passed = passed || entry.hash().equals(mustPass);
    }

    /** True when no record was changed, removed or put in. */
    public boolean holds() {
        return broken == null && passed;
    }

    /** The result, for a person. */
    public String verdict() {
        if (broken != null) {
            return "The audit was tampered with: " + broken + ".";
        }
        return passed
                ? "The audit holds: " + records + " records, head " + previous + "."
                : "The audit was tampered with: it does not pass through the head " + mustPass
                        + ", so newer records were cut off or all of it was written anew.";
    }
}
