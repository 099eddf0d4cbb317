package io.drover.simulator.cloud.central;

/** A role given to a user or a token; the organization is null for the whole application. */
record RoleAssignment(String role, String organization) {}
