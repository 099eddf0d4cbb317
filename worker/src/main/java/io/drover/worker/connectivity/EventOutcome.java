package io.drover.worker.connectivity;

import java.util.Locale;

/** What became of an exported record, or of a request as a whole; a label of {@code drover.connectivity.events}. */
enum EventOutcome {
    /** A device that waits, or whose command is under way, is commanded soon. */
    AWAKENED,
    /** A device connected that this migration does not wait for. */
    NOT_AWAITED,
    /** A disconnection, or a record of another message source. */
    NOT_A_CONNECTION,
    /** Sent by another IoT Central application. */
    FOREIGN,
    /** The request did not carry the token. */
    UNAUTHORIZED,
    /** The request was not what a data export sends, or too large. */
    MALFORMED,
    /** Not taken because too many were in hand or the ledger was away; the sender may try again. */
    TURNED_AWAY;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
