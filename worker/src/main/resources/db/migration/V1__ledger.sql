-- The same text for SQLite and PostgreSQL. Instants are epoch milliseconds.
CREATE TABLE migration (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  source_application TEXT NOT NULL,
  source_group TEXT NOT NULL,
  target_provisioning_service TEXT NOT NULL,
  verification TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  discovered_at BIGINT,
  finished_at BIGINT
);

CREATE TABLE device (
  migration_id BIGINT NOT NULL REFERENCES migration (id),
  device_id TEXT NOT NULL,
  template TEXT,
  state TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  retries INTEGER NOT NULL,
  revision BIGINT NOT NULL,
  reason TEXT,
  commanded_at BIGINT,
  attempt_at BIGINT,
  accepted_at BIGINT,
  assigned_at BIGINT,
  connected_at BIGINT,
  telemetry_at BIGINT,
  negative TEXT,
  negative_at BIGINT,
  deadline_at BIGINT,
  next_attempt_at BIGINT,
  finished_at BIGINT,
  assigned_hub TEXT,
  PRIMARY KEY (migration_id, device_id)
);

CREATE INDEX device_by_state ON device (migration_id, state, next_attempt_at);
CREATE INDEX device_by_deadline ON device (migration_id, deadline_at);

CREATE TABLE device_history (
  migration_id BIGINT NOT NULL,
  device_id TEXT NOT NULL,
  at BIGINT NOT NULL,
  attempt INTEGER NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  event TEXT NOT NULL,
  detail TEXT
);

CREATE INDEX device_history_by_device ON device_history (migration_id, device_id);
