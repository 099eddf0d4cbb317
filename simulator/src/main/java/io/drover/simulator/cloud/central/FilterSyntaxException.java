package io.drover.simulator.cloud.central;

/** A device group's filter that cannot be read; the message names the place and what was expected there. */
public final class FilterSyntaxException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    FilterSyntaxException(String expected, String found, int position) {
        super("The filter is not valid at character " + (position + 1) + ": expected " + expected + ", found " + found
                + ".");
    }
}
