-- What a version of the schema after the first may look like; only tests know it.
ALTER TABLE reservations ADD COLUMN note TEXT;
CREATE TABLE notes (repository INTEGER NOT NULL, note TEXT NOT NULL, PRIMARY KEY (repository, note)) STRICT;
UPDATE reservations SET note = 'before';
