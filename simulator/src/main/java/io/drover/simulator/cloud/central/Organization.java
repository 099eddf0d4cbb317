package io.drover.simulator.cloud.central;

/** A node in the hierarchy of organizations; the parent is null below the application itself. */
record Organization(String id, String displayName, String parent) {}
