/** Programs that run as children of this one, and what a process takes of the machine. */
package io.drover.simulator.process;
