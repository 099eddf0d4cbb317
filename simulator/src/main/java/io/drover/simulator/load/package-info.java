/** Open-loop load: when each operation is meant to begin, what became of it, and whether the generator kept its schedule. */
package io.drover.simulator.load;
