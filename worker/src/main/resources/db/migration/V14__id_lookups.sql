-- A device is looked up by its id in the primary key and nowhere else. An index with other columns before the id is no worse
-- to a planner that knows nothing of the table yet, as PostgreSQL's of an empty one, and goes through all devices for each
-- look-up: lists have theirs under a condition that only they state.
DROP INDEX device_by_state;
CREATE INDEX device_by_state ON device (migration_id, state, device_id, wave) WHERE state || '' > '';
DROP INDEX device_by_wave;
CREATE INDEX device_by_wave ON device (migration_id, wave, device_id) WHERE wave + 0 >= 0;
DROP INDEX device_by_change;
CREATE INDEX device_by_change ON device (migration_id, changed_at, device_id, state, reason, wave) WHERE changed_at + 0 >= 0;
