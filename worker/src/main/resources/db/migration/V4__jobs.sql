-- How a wave's devices are commanded: COMMAND one by one, JOB by an IoT Central job first; NULL while undecided.
ALTER TABLE wave ADD COLUMN way TEXT;

-- IoT Central jobs of this ledger. A job owns the devices whose owner is job/<job_id>.
CREATE TABLE job (
  migration_id BIGINT NOT NULL REFERENCES migration (id),
  wave INTEGER NOT NULL,
  number INTEGER NOT NULL,
  job_id TEXT NOT NULL UNIQUE,
  reruns TEXT,
  device_group TEXT NOT NULL,
  template TEXT,
  devices INTEGER NOT NULL,
  state TEXT NOT NULL,
  state_reason TEXT,
  state_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  polled_at BIGINT,
  listed_at BIGINT,
  rested_at BIGINT,
  PRIMARY KEY (migration_id, wave, number)
);

-- Command records of IoT Central that were judged already, as a record does not tell its time.
CREATE TABLE job_record (
  migration_id BIGINT NOT NULL,
  device_id TEXT NOT NULL,
  record_id TEXT NOT NULL,
  PRIMARY KEY (migration_id, device_id, record_id)
);
