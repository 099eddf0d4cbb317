-- Moved devices that were looked for at the source after their arrival; alive is 1 where one was active there since.
CREATE TABLE source_check (
  migration_id BIGINT NOT NULL REFERENCES migration (id),
  device_id TEXT NOT NULL,
  looked_at BIGINT NOT NULL,
  alive INTEGER NOT NULL,
  PRIMARY KEY (migration_id, device_id)
);

CREATE INDEX source_check_alive ON source_check (migration_id) WHERE alive = 1;
