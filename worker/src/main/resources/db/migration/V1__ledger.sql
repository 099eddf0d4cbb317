-- The same text for SQLite and PostgreSQL. Instants are epoch milliseconds.
CREATE TABLE migration (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  source_application TEXT NOT NULL,
  source_group TEXT NOT NULL,
  target_provisioning_service TEXT NOT NULL,
  verification TEXT NOT NULL,
  rollout TEXT NOT NULL,
  state TEXT NOT NULL,
  state_reason TEXT,
  state_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  discovered_at BIGINT,
  started_at BIGINT,
  looked_at BIGINT,
  finished_at BIGINT,
  -- Failures and arrivals that an operator has seen and resumed after; the error threshold counts from here.
  accepted_failures BIGINT NOT NULL DEFAULT 0,
  accepted_arrivals BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE wave (
  migration_id BIGINT NOT NULL REFERENCES migration (id),
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  opened_at BIGINT,
  deadline_at BIGINT,
  completed_at BIGINT,
  PRIMARY KEY (migration_id, number)
);

CREATE TABLE device (
  migration_id BIGINT NOT NULL REFERENCES migration (id),
  device_id TEXT NOT NULL,
  template TEXT,
  wave INTEGER NOT NULL,
  position BIGINT NOT NULL,
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
  look_after BIGINT,
  finished_at BIGINT,
  assigned_hub TEXT,
  owner TEXT,
  PRIMARY KEY (migration_id, device_id)
);

CREATE INDEX device_in_order ON device (migration_id, state, wave, position, device_id);
CREATE INDEX device_by_next_attempt ON device (migration_id, state, next_attempt_at);
CREATE INDEX device_by_deadline ON device (migration_id, deadline_at);

-- Kept in the transaction of every move, so that progress is read without counting.
CREATE TABLE device_count (
  migration_id BIGINT NOT NULL,
  wave INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (migration_id, wave, state, reason)
);

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

-- Each record's hash covers the record and the hash before it.
CREATE TABLE audit (
  sequence BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  verb TEXT NOT NULL,
  migration TEXT,
  detail TEXT,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
);
