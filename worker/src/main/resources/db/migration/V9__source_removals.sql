-- Moved devices that were deleted at the source.
CREATE TABLE source_removal (
  migration_id BIGINT NOT NULL REFERENCES migration (id),
  device_id TEXT NOT NULL,
  removed_at BIGINT NOT NULL,
  PRIMARY KEY (migration_id, device_id)
);
