/** How far a migration is, and when it will be done. */
package io.drover.worker.progress;
