/** Who asks, and what they may do. */
package io.drover.worker.auth;
