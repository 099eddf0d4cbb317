package io.drover.worker.target;

import io.drover.worker.source.MigrationSource;

/** What preflight found and the stages work on: everything here exists and is reachable with the given rights. */
public record MigrationScope(MigrationSource source, MigrationTarget target) {}
