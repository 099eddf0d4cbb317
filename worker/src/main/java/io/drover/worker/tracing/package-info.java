/** Where traces go: OpenTelemetry's SDK, set up once for the process. What is traced is told by the packages that do it. */
package io.drover.worker.tracing;
