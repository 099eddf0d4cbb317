package io.drover.worker;

/** A secret read from the environment or a file; never shown by {@code toString}. */
public record Secret(String value) {
    @Override
    public String toString() {
        return "****";
    }
}
