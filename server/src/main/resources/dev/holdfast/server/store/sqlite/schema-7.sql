-- The sums of a repository stand with the last of its events, which is written with every batch anyway.
-- NULL with those behind which others of the same batch follow, and with those from before.
ALTER TABLE events ADD COLUMN reserved_bytes INTEGER;
ALTER TABLE events ADD COLUMN unassigned_bytes INTEGER;
ALTER TABLE events ADD COLUMN reservation_count INTEGER;

-- Its row has the sums of when it was written last: when its capacity was changed, or when events were
-- forgotten that say later ones. Capacity and deleted, and when it was made, are always right there.
CREATE VIEW books AS
SELECT book.repository, repository_id, capacity_bytes,
  coalesce(told.reserved_bytes, book.reserved_bytes) AS reserved_bytes,
  coalesce(told.unassigned_bytes, book.unassigned_bytes) AS unassigned_bytes,
  coalesce(told.reservation_count, book.reservation_count) AS reservation_count,
  coalesce(told.last_revision, book.revision) AS revision,
  create_micros,
  coalesce(told.micros, book.update_micros) AS update_micros,
  deleted
FROM repositories AS book LEFT JOIN events AS told ON told.chunk = (
  SELECT chunk FROM events WHERE repository = book.repository ORDER BY last_revision DESC LIMIT 1);
