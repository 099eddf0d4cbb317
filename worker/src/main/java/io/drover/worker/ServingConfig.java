package io.drover.worker;

import io.vertx.core.json.JsonObject;

/**
 * What a worker that serves was started with.
 *
 * @param worker its migration is null where the file has none
 * @param definition the file's sections migration and dispatch as the API shows them; null where it has none
 */
public record ServingConfig(WorkerConfig worker, JsonObject definition) {}
