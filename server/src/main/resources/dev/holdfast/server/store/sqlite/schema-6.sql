-- The newest of the living reservations have no rows of their own any more: the events tell of them.
INSERT INTO reservations (repository, slot_key, generation, amount_bytes, create_micros,
    lease_micros, lease_expire_micros, reserve_operation_id, fill_revision, fill_micros,
    fill_operation_id, fill_any_generation, offer_id)
  SELECT repository, slot_key, generation, amount_bytes, create_micros, lease_micros,
    lease_expire_micros, reserve_operation_id, fill_revision, fill_micros, fill_operation_id,
    fill_any_generation, offer_id FROM young_reservations;
DROP VIEW living;
DROP TABLE young_reservations;

-- All living reservations that were made in this chunk of events or before it have a row. Of those
-- that were made later some have one too; the others are as the events behind it say.
CREATE TABLE young_since (chunk INTEGER NOT NULL) STRICT;

INSERT INTO young_since SELECT max(
  coalesce((SELECT max(chunk) FROM events), 0),
  coalesce((SELECT max(last_chunk) FROM history_runs), 0));
