/**
 * One command that rehearses a whole migration: it starts the emulated cloud, the fleet and the real worker as child
 * processes, lets them work over real sockets, and holds the worker's ledger against the cloud's ground truth.
 */
package io.drover.simulator.rehearsal;
