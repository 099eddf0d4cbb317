package io.drover.worker.cli;

/** Form of a command's result; the names are what a user types. */
enum Output {
    table,
    json,
    csv,
    /** A page of its own; reports only. */
    html
}
