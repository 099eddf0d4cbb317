/** Timed programs behind the decisions in {@code docs/adr}: {@code simulator.jar bench}. */
package io.drover.simulator.bench;
