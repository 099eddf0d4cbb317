/** The worker's REST API, routed and validated by its OpenAPI document. */
package io.drover.worker.api;
