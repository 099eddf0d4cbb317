/** What the process tells of itself. */
package io.drover.worker.metrics;
