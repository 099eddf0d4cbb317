-- What a device proves itself with: a kind, never the credential; NULL while nobody has looked.
ALTER TABLE device ADD COLUMN credential TEXT;
