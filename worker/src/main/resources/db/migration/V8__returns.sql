-- The migration whose devices this one brings back; NULL for one that moves forward.
ALTER TABLE migration ADD COLUMN returns BIGINT REFERENCES migration (id);

-- Whoever adds devices holds this turn, so that no device joins two running migrations at once.
INSERT INTO turn (name) VALUES ('discovery');
