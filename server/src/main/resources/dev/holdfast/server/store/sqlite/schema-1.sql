-- Times are microseconds since the epoch. What is unset is NULL.

-- The books of each repository. A deleted one stays for its revision, which must never come again.
CREATE TABLE repositories (
  repository INTEGER PRIMARY KEY, -- its short name in the tables below
  repository_id TEXT NOT NULL UNIQUE,
  capacity_bytes INTEGER NOT NULL,
  reserved_bytes INTEGER NOT NULL,
  unassigned_bytes INTEGER NOT NULL,
  reservation_count INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  create_micros INTEGER NOT NULL,
  update_micros INTEGER NOT NULL,
  deleted INTEGER NOT NULL
) STRICT;

-- The living reservations. slot_key is request id and slot index, and sorts as they do.
CREATE TABLE reservations (
  repository INTEGER NOT NULL,
  slot_key BLOB NOT NULL,
  generation INTEGER NOT NULL,
  amount_bytes INTEGER NOT NULL,
  create_micros INTEGER NOT NULL,
  lease_micros INTEGER,
  lease_expire_micros INTEGER,
  reserve_operation_id TEXT,
  fill_revision INTEGER,
  fill_micros INTEGER,
  fill_operation_id TEXT,
  fill_any_generation INTEGER, -- 1: the fill had named generation 0
  PRIMARY KEY (repository, slot_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX reservations_by_lease ON reservations (lease_expire_micros)
  WHERE lease_expire_micros IS NOT NULL;

-- Operation ids that are not about a slot: those stand with their reservations.
CREATE TABLE operations (
  repository INTEGER NOT NULL,
  request_id TEXT NOT NULL, -- empty for the unassigned bytes of the repository
  operation_id TEXT NOT NULL,
  kind INTEGER NOT NULL,
  released_count INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (repository, request_id, operation_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX operations_by_revision ON operations (repository, revision);

-- What happened, some hundred events a row, in the order in which it was committed. It is also all
-- that is remembered of released reservations: written in order, which costs a fraction of what a
-- row for each at its place among the slots would.
CREATE TABLE events (
  chunk INTEGER PRIMARY KEY,
  repository INTEGER NOT NULL,
  first_revision INTEGER NOT NULL,
  last_revision INTEGER NOT NULL,
  micros INTEGER NOT NULL,
  events BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX events_by_revision ON events (repository, last_revision);

-- Which revisions released reservations of a slot, by a hash of repository and slot. It lags behind:
-- what was released in chunks behind the one in history_merged is found by reading those.
CREATE TABLE history (
  slot_hash INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (slot_hash, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE history_merged (chunk INTEGER NOT NULL) STRICT;

INSERT INTO history_merged VALUES (0);
