-- On what terms space is sold. Prices are decimal digits, because they have up to 256 bits.
CREATE TABLE offers (
  repository INTEGER NOT NULL,
  offer_id TEXT NOT NULL,
  sold_bytes INTEGER NOT NULL, -- the sum of the living reservations that have this offer_id
  min_price TEXT, -- NULL: the offer was deleted, and stays for its sold_bytes alone
  total_bytes INTEGER, -- NULL for no limit, here and below
  min_slot_bytes INTEGER,
  max_slot_bytes INTEGER,
  max_duration_micros INTEGER,
  max_collateral TEXT,
  until_micros INTEGER,
  enabled INTEGER,
  PRIMARY KEY (repository, offer_id)
) STRICT, WITHOUT ROWID;

ALTER TABLE reservations ADD COLUMN offer_id TEXT; -- that it was sold under

-- Of an operation that sold a slot: which one, and what else it was asked for.
ALTER TABLE operations ADD COLUMN slot_index INTEGER;
ALTER TABLE operations ADD COLUMN generation INTEGER;
ALTER TABLE operations ADD COLUMN asked TEXT;
