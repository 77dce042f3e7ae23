-- Times are microseconds since the epoch. What is unset is NULL. A checksum is a CRC-32C over the other
-- columns of its row, as RowChecksum makes it.

-- Which ledger it is. Behind first_revision the revisions of new repositories begin.
CREATE TABLE ledger (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  ledger_id TEXT NOT NULL,
  first_revision INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;

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
  deleted INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;

-- The living reservations, but for the newest of them, of which the events alone tell: see recovery_point.
-- slot_key is request id and slot index, and sorts as they do.
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
  offer_id TEXT, -- that it was sold under
  checksum INTEGER NOT NULL,
  PRIMARY KEY (repository, slot_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX reservations_by_lease ON reservations (lease_expire_micros)
  WHERE lease_expire_micros IS NOT NULL;

-- All living reservations that were made in this chunk of events or before it have a row. Of those
-- that were made later some have one too; the others are as the events behind it say.
CREATE TABLE recovery_point (
  chunk INTEGER NOT NULL,
  checksum INTEGER NOT NULL, -- of the chunk
  -- How many commits brought changes and no events, so that a reader can tell by its snapshot whether it
  -- has one, and the high-water mark whether one is lost.
  quiet_commits INTEGER NOT NULL
) STRICT;

INSERT INTO recovery_point VALUES (0, -1615686613, 0);

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
  checksum INTEGER NOT NULL,
  PRIMARY KEY (repository, offer_id)
) STRICT, WITHOUT ROWID;

-- Operation ids that are not about a slot: those stand with their reservations.
CREATE TABLE operations (
  repository INTEGER NOT NULL,
  request_id TEXT NOT NULL, -- empty for the unassigned bytes of the repository
  operation_id TEXT NOT NULL,
  kind INTEGER NOT NULL,
  released_count INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  slot_index INTEGER, -- of an operation that sold a slot, as are the next two: which one
  generation INTEGER,
  asked TEXT, -- what else it was asked for
  checksum INTEGER NOT NULL,
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
  events_checksum INTEGER NOT NULL, -- of the chunk's number and the events
  index_checksum INTEGER NOT NULL, -- of the chunk's number and index_entries
  checksum INTEGER NOT NULL, -- of all columns but the two behind
  -- What the index of releases has of these events: the hashes and the entries of history_parts. NULL
  -- where that is a plain entry for each release, which the events tell.
  index_entries BLOB,
  events BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX events_by_revision ON events (repository, last_revision);

-- The first revision behind the changes of a repository that were lost with a part of the store.
CREATE TABLE gaps (
  repository INTEGER PRIMARY KEY,
  revision INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;

-- For how long servers have served this ledger in all: what is kept is kept for so long, whatever the
-- clock says. A note says how long that was when the events had come to a chunk; some hundred are kept.
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

-- The index of releases: runs, each written in one go. A run has the entries of some chunks of events
-- in a row, parted by the highest bits of their hashes: of a slot for its latest release, of a slot
-- with a generation or an operation id for an older one.
CREATE TABLE history_runs (
  run INTEGER PRIMARY KEY,
  part_bits INTEGER NOT NULL, -- it has 2^part_bits parts
  last_chunk INTEGER NOT NULL, -- it knows of no chunk of events behind this one
  in_use INTEGER NOT NULL, -- 0: it is being written, or being deleted
  checksum INTEGER NOT NULL
) STRICT;

CREATE TABLE history_parts (
  part INTEGER PRIMARY KEY, -- run * 2^32 + the part's number; a part without releases has no row
  checksum INTEGER NOT NULL,
  -- Of each entry the hash, and the place in the events: chunk * 256 + how many of its events are
  -- before it. Eight bytes each. The highest bit of a place is set where it does not take the place
  -- of older entries under its hash.
  releases BLOB NOT NULL
) STRICT;

-- Which hashes a run does not have, for so many parts that a row fills a page.
CREATE TABLE history_filters (
  part INTEGER PRIMARY KEY, -- run * 2^32 + the number of the first of those parts
  checksum INTEGER NOT NULL,
  words BLOB NOT NULL
) STRICT;

-- The secret of those hashes, so that nobody can choose slots that share one.
CREATE TABLE history_secret (
  first INTEGER NOT NULL,
  second INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;

-- The datastore. A key is its UTF-8 bytes, and sorts as they do. Values are last, and not in the
-- index, so that whoever looks for keys and versions does not walk through them.
CREATE TABLE entries (
  repository INTEGER NOT NULL,
  key BLOB NOT NULL,
  version INTEGER NOT NULL,
  put_micros INTEGER NOT NULL,
  value_checksum INTEGER NOT NULL,
  checksum INTEGER NOT NULL, -- of all columns but the value
  value BLOB NOT NULL,
  PRIMARY KEY (repository, key)
) STRICT;

-- The newest version that was ever given out. It stays when keys and repositories are deleted,
-- because versions must never come again.
CREATE TABLE entry_versions (
  repository INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
