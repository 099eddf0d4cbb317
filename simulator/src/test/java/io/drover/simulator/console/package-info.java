/** The operators' console in a browser. */
package io.drover.simulator.console;
