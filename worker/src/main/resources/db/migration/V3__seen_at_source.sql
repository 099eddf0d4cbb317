-- The attempt that was the latest when the source last said that the device had connected; 0 for never.
ALTER TABLE device ADD COLUMN seen_attempt INTEGER NOT NULL DEFAULT 0;
