/** The stage that takes what devices own along and compares it at the target. */
package io.drover.worker.carry;
