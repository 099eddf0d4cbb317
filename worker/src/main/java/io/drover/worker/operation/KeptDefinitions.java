package io.drover.worker.operation;

import io.drover.worker.ConfigException;
import io.drover.worker.DefinitionLoader;
import io.drover.worker.ServingConfig;
import io.drover.worker.WorkerConfig;
import io.drover.worker.migration.DefinitionStore.Kept;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** Which configuration a migration of the ledger is carried out by. Any thread. */
public final class KeptDefinitions {
    private final ServingConfig serving;

    public KeptDefinitions(ServingConfig serving) {
        this.serving = serving;
    }

    /** The worker's own configuration, whose migration may be null. */
    public WorkerConfig worker() {
        return serving.worker();
    }

    /** The name of the migration that the worker's configuration file defines, if any. */
    public Optional<String> ofFile() {
        return Optional.ofNullable(serving.worker().migration()).map(WorkerConfig.Migration::name);
    }

    /** The definition as it was given, empty where only another worker has it. */
    public Optional<JsonObject> json(String name, Optional<Kept> kept) {
        return kept.map(Kept::definition)
                .map(JsonObject::new)
                .or(() -> isOfFile(name) ? Optional.of(serving.definition().copy()) : Optional.empty());
    }

    private boolean isOfFile(String name) {
        return ofFile().filter(name::equals).isPresent();
    }

    /**
     * The configuration that a forward migration is carried out by. Throws {@link RefusedException} where only another
     * worker has its definition.
     */
    public WorkerConfig config(String name, Optional<Kept> kept) {
        Optional<String> definition = kept.map(Kept::definition);
        WorkerConfig config = definition
                .map(text -> read(name, text))
                .or(() -> isOfFile(name) ? Optional.of(serving.worker()) : Optional.empty())
                .orElseThrow(() -> new RefusedException("The definition of '" + name
                        + "' is in another worker's configuration file. Start serve with that file, or use the command"
                        + " line with it."));
        return kept.map(Kept::startAt).map(config::startingAt).orElse(config);
    }

    /** It was good when it was kept; a newer worker may be stricter. */
    private WorkerConfig read(String name, String definition) {
        try {
            return DefinitionLoader.read(new JsonObject(definition), serving.worker());
        } catch (ConfigException mistakes) {
            throw new RefusedException(
                    "The kept definition of '" + name + "' is not good any more: " + mistakes.getMessage());
        }
    }
}
