-- How what a device owns compared at the target; NULL while it was not compared.
ALTER TABLE device ADD COLUMN twin TEXT;
ALTER TABLE device ADD COLUMN twin_at BIGINT;

-- Comparisons that ended otherwise than equal: paths without values, and when to look again.
CREATE TABLE device_owned (
  migration_id BIGINT NOT NULL REFERENCES migration (id),
  device_id TEXT NOT NULL,
  tries INTEGER NOT NULL,
  next_at BIGINT NOT NULL,
  differences TEXT NOT NULL,
  PRIMARY KEY (migration_id, device_id)
);
