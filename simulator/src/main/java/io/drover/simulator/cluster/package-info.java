/** A fleet on several machines: how its processes find one another, and what a member does that takes its part from a coordinator. */
package io.drover.simulator.cluster;
