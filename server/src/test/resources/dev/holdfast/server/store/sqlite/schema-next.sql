-- What a version of the schema after the first may look like; only tests know it.
ALTER TABLE reservations ADD COLUMN offer_id TEXT;
CREATE TABLE offers (repository INTEGER NOT NULL, offer_id TEXT NOT NULL, PRIMARY KEY (repository, offer_id)) STRICT;
UPDATE reservations SET offer_id = 'before';
