-- PostgreSQL only: ids in the order of code points, as SQLite keeps them and whatever language the database was made for, so
-- that those with the same beginning are next to each other. The values stay as they are; indexes are made anew.
ALTER TABLE device ALTER COLUMN device_id TYPE TEXT COLLATE "C";
ALTER TABLE device_history ALTER COLUMN device_id TYPE TEXT COLLATE "C";
ALTER TABLE job_record ALTER COLUMN device_id TYPE TEXT COLLATE "C";
ALTER TABLE known_before ALTER COLUMN device_id TYPE TEXT COLLATE "C";
ALTER TABLE source_removal ALTER COLUMN device_id TYPE TEXT COLLATE "C";
ALTER TABLE device_owned ALTER COLUMN device_id TYPE TEXT COLLATE "C";
ALTER TABLE source_check ALTER COLUMN device_id TYPE TEXT COLLATE "C";
ALTER TABLE planned_device ALTER COLUMN device_id TYPE TEXT COLLATE "C";
