-- The newest of the living reservations, in the order in which they were made: a row of these goes
-- to the page that the last one went to, and most are gone before they are moved to the large table.
CREATE TABLE young_reservations (
  repository INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  slot_key BLOB NOT NULL,
  amount_bytes INTEGER NOT NULL,
  create_micros INTEGER NOT NULL,
  lease_micros INTEGER,
  lease_expire_micros INTEGER,
  reserve_operation_id TEXT,
  fill_revision INTEGER,
  fill_micros INTEGER,
  fill_operation_id TEXT,
  fill_any_generation INTEGER,
  offer_id TEXT,
  PRIMARY KEY (repository, generation)
) STRICT, WITHOUT ROWID;

CREATE INDEX young_reservations_by_lease ON young_reservations (lease_expire_micros)
  WHERE lease_expire_micros IS NOT NULL;

-- All living reservations.
CREATE VIEW living AS
  SELECT repository, slot_key, generation, amount_bytes, create_micros, lease_micros,
    lease_expire_micros, reserve_operation_id, fill_revision, fill_micros, fill_operation_id,
    fill_any_generation, offer_id FROM reservations
  UNION ALL
  SELECT repository, slot_key, generation, amount_bytes, create_micros, lease_micros,
    lease_expire_micros, reserve_operation_id, fill_revision, fill_micros, fill_operation_id,
    fill_any_generation, offer_id FROM young_reservations;
