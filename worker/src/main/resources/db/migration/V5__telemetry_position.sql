-- How far each partition of a target hub's telemetry was read; what came before is in the ledger.
CREATE TABLE telemetry_position (
  migration_id BIGINT NOT NULL REFERENCES migration (id),
  hub TEXT NOT NULL,
  partition_id TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  PRIMARY KEY (migration_id, hub, partition_id)
);
