-- When the ledger last changed the device, so that the latest changes are listed without sorting all of them.
ALTER TABLE device ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
UPDATE device SET changed_at = COALESCE((SELECT MAX(h.at) FROM device_history h WHERE h.migration_id = device.migration_id
  AND h.device_id = device.device_id), finished_at, 0);

-- One for each filter and order that a list of devices may be asked for; each has the other filters' columns at its end, so
-- that a row is read only when it is listed.
CREATE INDEX device_by_state ON device (migration_id, state, device_id, wave);
CREATE INDEX device_by_reason ON device (migration_id, reason, device_id, state, wave) WHERE reason IS NOT NULL;
CREATE INDEX device_by_wave ON device (migration_id, wave, device_id, state);
CREATE INDEX device_by_change ON device (migration_id, changed_at, device_id, state, reason, wave);
CREATE INDEX device_by_end ON device (migration_id, finished_at, state) WHERE finished_at IS NOT NULL;
CREATE INDEX audit_by_migration ON audit (migration, sequence);

-- What a migration was asked to do through the API: the configuration's section migration as JSON, without secrets. A draft
-- has no row in migration yet.
CREATE TABLE migration_definition (
  name TEXT PRIMARY KEY,
  -- NULL for a return, which goes by the definition of the migration whose devices it brings back.
  definition TEXT,
  revision BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  -- Who had it applied; NULL for a draft. From then on serving workers carry it out.
  applied_at BIGINT,
  applied_by TEXT,
  -- The plan it must begin under; NULL for none.
  plan_id TEXT,
  start_at BIGINT,
  -- Of a return: the forward migration, and which of its devices.
  returns TEXT,
  return_wave INTEGER,
  return_devices TEXT
);

-- Plans made through the API, the newest of each migration; summary is what plan -o json says beside the devices.
CREATE TABLE migration_plan (
  id TEXT PRIMARY KEY,
  migration TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL,
  at BIGINT NOT NULL,
  expires_at BIGINT,
  summary TEXT,
  failure TEXT,
  devices_digest TEXT
);
CREATE TABLE planned_device (
  plan_id TEXT NOT NULL REFERENCES migration_plan (id),
  device_id TEXT NOT NULL,
  template TEXT,
  verdict TEXT NOT NULL,
  reason TEXT NOT NULL,
  action TEXT NOT NULL,
  credential TEXT NOT NULL,
  wave TEXT NOT NULL,
  PRIMARY KEY (plan_id, device_id)
);
CREATE INDEX planned_device_by_verdict ON planned_device (plan_id, verdict, device_id);

-- The newest cleanup of each migration, or a look at what one would delete.
CREATE TABLE cleanup (
  migration TEXT PRIMARY KEY,
  status TEXT NOT NULL,
  dry_run INTEGER NOT NULL,
  after_text TEXT NOT NULL,
  at BIGINT NOT NULL,
  verdicts TEXT,
  failure TEXT
);

-- Answers to writes that carried an idempotency key; status is NULL while the first is under way.
CREATE TABLE idempotent_answer (
  caller TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  at BIGINT NOT NULL,
  status INTEGER,
  location TEXT,
  body TEXT,
  PRIMARY KEY (caller, key)
);
