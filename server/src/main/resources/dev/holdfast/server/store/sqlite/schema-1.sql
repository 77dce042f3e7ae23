-- Times are microseconds since the epoch. Unset values are NULL. A checksum is a CRC-32C over the other
-- columns of its row, computed by RowChecksum.

-- The identity of the ledger. The revisions of new repositories begin after first_revision.
CREATE TABLE ledger (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  ledger_id TEXT NOT NULL,
  first_revision INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;

-- The totals of each repository. A deleted repository keeps its row, because its revisions must never
-- be used again.
CREATE TABLE repositories (
  repository INTEGER PRIMARY KEY, -- its number in the tables below
  repository_id TEXT NOT NULL UNIQUE,
  capacity_bytes INTEGER NOT NULL,
  reserved_bytes INTEGER NOT NULL,
  unassigned_bytes INTEGER NOT NULL,
  reservation_count INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  create_micros INTEGER NOT NULL,
  update_micros INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;

-- The active reservations, except the most recent ones, which only the events contain: see recovery_point.
-- slot_key encodes request id and slot index, and sorts in their order.
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
  fill_any_generation INTEGER, -- 1: the fill named generation 0
  offer_id TEXT, -- the offer under which it was sold
  checksum INTEGER NOT NULL,
  PRIMARY KEY (repository, slot_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX reservations_by_lease ON reservations (lease_expire_micros)
  WHERE lease_expire_micros IS NOT NULL;

-- All active reservations that were made in this chunk of events or before it have a row. Later
-- reservations may have a row; those without one are recovered from the events after the chunk.
CREATE TABLE recovery_point (
  chunk INTEGER NOT NULL,
  checksum INTEGER NOT NULL, -- of the chunk
  -- The number of commits that made changes without an event. Readers use it to identify their
  -- snapshot, and the high-water mark to detect a lost commit.
  quiet_commits INTEGER NOT NULL
) STRICT;

INSERT INTO recovery_point VALUES (0, -1615686613, 0);

-- The terms on which space is sold. Prices are decimal digits, because they have up to 256 bits.
CREATE TABLE offers (
  repository INTEGER NOT NULL,
  offer_id TEXT NOT NULL,
  sold_bytes INTEGER NOT NULL, -- the sum of the active reservations with this offer_id
  min_price TEXT, -- NULL: the offer was deleted; its row stays only for sold_bytes
  total_bytes INTEGER, -- NULL for no limit, here and below
  min_slot_bytes INTEGER,
  max_slot_bytes INTEGER,
  max_duration_micros INTEGER,
  max_collateral TEXT,
  until_micros INTEGER,
  enabled INTEGER,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (repository, offer_id)
) STRICT, WITHOUT ROWID;

-- Operation ids of requests, repositories and sales. Other operation ids are stored with their reservations.
CREATE TABLE operations (
  repository INTEGER NOT NULL,
  request_id TEXT NOT NULL, -- empty for the unassigned bytes of the repository
  operation_id TEXT NOT NULL,
  kind INTEGER NOT NULL,
  released_count INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  slot_index INTEGER, -- this and the next two columns only for a sale: the sold slot
  generation INTEGER,
  asked TEXT, -- the other fields of the request
  checksum INTEGER NOT NULL,
  PRIMARY KEY (repository, request_id, operation_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX operations_by_revision ON operations (repository, revision);

-- The events, some hundred in a row, in the order of their commits. They are also the only record of
-- released reservations: writing them in sequence costs a fraction of writing a row for each at its
-- place among the slots.
CREATE TABLE events (
  chunk INTEGER PRIMARY KEY,
  repository INTEGER NOT NULL,
  first_revision INTEGER NOT NULL,
  last_revision INTEGER NOT NULL,
  micros INTEGER NOT NULL,
  events_checksum INTEGER NOT NULL, -- of the chunk's number and the events
  index_checksum INTEGER NOT NULL, -- of the chunk's number and index_entries
  checksum INTEGER NOT NULL, -- of all columns except the last two
  -- The entries of these events in the release index, as in release_partitions. NULL if there is one
  -- plain entry for each release, which follows from the events.
  index_entries BLOB,
  events BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX events_by_revision ON events (repository, last_revision);

-- The first revision after the changes of a repository that were lost with a part of the store.
CREATE TABLE gaps (
  repository INTEGER PRIMARY KEY,
  revision INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;

-- The total time for which servers have served this ledger. Retention is measured in it, so that it
-- does not depend on the clock. A note records this time for a chunk of events; some hundred notes are
-- retained.
CREATE TABLE served (
  micros INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;

INSERT INTO served VALUES (0, 871697698);

CREATE TABLE served_notes (
  served_micros INTEGER PRIMARY KEY,
  chunk INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;

-- The release index: runs, each written in sequence. A run contains the entries of consecutive chunks of
-- events, partitioned by the highest bits of their hashes. The hash of a slot leads to its latest
-- release; the hash of a slot with a generation or an operation id leads to an older one.
CREATE TABLE release_runs (
  run INTEGER PRIMARY KEY,
  partition_bits INTEGER NOT NULL, -- it has 2^partition_bits partitions
  last_chunk INTEGER NOT NULL, -- the last chunk of events with entries in the run
  in_use INTEGER NOT NULL, -- 0: it is being written or deleted
  checksum INTEGER NOT NULL
) STRICT;

CREATE TABLE release_partitions (
  partition_key INTEGER PRIMARY KEY, -- run * 2^32 + the partition's number; empty partitions have no row
  checksum INTEGER NOT NULL,
  -- For each entry its hash and its place in the events, chunk * 256 + position in the chunk, with eight
  -- bytes each. The highest bit of a place is set if the entry does not replace older entries under its
  -- hash.
  releases BLOB NOT NULL
) STRICT;

-- The Bloom filters of the runs. A row covers as many partitions as fill a page.
CREATE TABLE release_filters (
  partition_key INTEGER PRIMARY KEY, -- run * 2^32 + the number of the first partition
  checksum INTEGER NOT NULL,
  words BLOB NOT NULL
) STRICT;

-- The secret of the hashes, so that callers cannot choose slots with the same hash.
CREATE TABLE release_secret (
  first INTEGER NOT NULL,
  second INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;

-- The datastore. A key is stored as its UTF-8 bytes, which determine its order. Values are the last
-- column and not in the index, so that reads of keys and versions do not read them.
CREATE TABLE entries (
  repository INTEGER NOT NULL,
  key BLOB NOT NULL,
  version INTEGER NOT NULL,
  put_micros INTEGER NOT NULL,
  value_checksum INTEGER NOT NULL,
  checksum INTEGER NOT NULL, -- of all columns except the value
  value BLOB NOT NULL,
  PRIMARY KEY (repository, key)
) STRICT;

-- The newest version that was ever used. It stays when keys and repositories are deleted, because
-- versions must never be used again.
CREATE TABLE entry_versions (
  repository INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
