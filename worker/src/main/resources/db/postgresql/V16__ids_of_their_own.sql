-- PostgreSQL only: the ids of all devices in a table that moves do not touch. A part of an id is looked for in all of them, and the
-- table of devices and its indexes grow by what each move leaves behind. Devices are never removed.
CREATE TABLE device_name (
  migration_id BIGINT NOT NULL,
  device_id TEXT COLLATE "C" NOT NULL
);
INSERT INTO device_name (migration_id, device_id) SELECT migration_id, device_id FROM device ORDER BY migration_id, device_id;
CREATE INDEX device_name_by_migration ON device_name USING brin (migration_id);
CREATE FUNCTION keep_device_names() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO device_name (migration_id, device_id) SELECT migration_id, device_id FROM added;
  RETURN NULL;
END
$$;
CREATE TRIGGER device_names AFTER INSERT ON device REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION keep_device_names();
