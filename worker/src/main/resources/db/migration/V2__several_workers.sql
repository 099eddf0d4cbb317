-- What several workers share beside the devices. Names: migration/<id>/lead, migration/<id>/worker/<worker>.
-- A holder adds to beat while it lives; who sees the same beat for long enough may take over, whatever the clocks say.
CREATE TABLE lease (
  name TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  beat BIGINT NOT NULL
);

-- One paced limit: when the next call may leave and when it was last slowed (microseconds since the epoch), and the
-- rate in force in calls per 1,000 s.
CREATE TABLE pace (
  name TEXT PRIMARY KEY,
  next_at BIGINT NOT NULL,
  rate BIGINT NOT NULL,
  granted BIGINT NOT NULL,
  slowed_at BIGINT NOT NULL
);

-- Rows that writers lock to take turns, where the database lets several write at once.
CREATE TABLE turn (
  name TEXT PRIMARY KEY
);
INSERT INTO turn (name) VALUES ('audit');
