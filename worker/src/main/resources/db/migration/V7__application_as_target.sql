-- A target is a provisioning service or an IoT Central application.
ALTER TABLE migration RENAME COLUMN target_provisioning_service TO target;
ALTER TABLE migration ADD COLUMN target_kind TEXT NOT NULL DEFAULT 'PROVISIONING_SERVICE';

-- Devices that were provisioned at the target before the migration admitted them: that they are proves no arrival.
CREATE TABLE known_before (
  migration_id BIGINT NOT NULL REFERENCES migration (id),
  device_id TEXT NOT NULL,
  PRIMARY KEY (migration_id, device_id)
);
