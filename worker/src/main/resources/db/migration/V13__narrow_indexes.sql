-- Each move of a device writes every index that has a changed column: an index keeps only the rows that are looked for in it.
DROP INDEX device_in_order;
CREATE INDEX device_in_order ON device (migration_id, state, wave, position, device_id)
  WHERE state IN ('PENDING', 'REGISTERED');
DROP INDEX device_by_next_attempt;
CREATE INDEX device_by_next_attempt ON device (migration_id, next_attempt_at, device_id) WHERE state = 'WAITING';
DROP INDEX device_by_deadline;
CREATE INDEX device_by_deadline ON device (migration_id, deadline_at) WHERE deadline_at IS NOT NULL;
-- The index of states serves lists by state and wave.
DROP INDEX device_by_wave;
CREATE INDEX device_by_wave ON device (migration_id, wave, device_id);
