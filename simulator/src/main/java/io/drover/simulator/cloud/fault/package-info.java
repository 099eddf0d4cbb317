/**
 * Faults as data: what can go wrong at the emulated services ({@link io.drover.simulator.cloud.fault.FaultKind}), when, and for whom
 * ({@link io.drover.simulator.cloud.fault.Fault}), and the one object that is asked at each injection point
 * ({@link io.drover.simulator.cloud.fault.Faults}).
 */
package io.drover.simulator.cloud.fault;
