/** The coordinator of a fleet on several machines: gathers members, gives each a range of devices, and makes one report of theirs. */
package io.drover.simulator.cluster.coordinator;
