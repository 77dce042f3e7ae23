-- Times are microseconds since the epoch, by the clock of the database. A zero or an empty text is an unset
-- value, unless a comment says otherwise. Ids are compared byte by byte. Every table of a repository is led by
-- its id, so that a database of several machines can keep all rows of a repository on one of them.

-- The ledger as a whole. The revisions of new repositories begin after first_revision.
CREATE TABLE ledger (
  one integer PRIMARY KEY CHECK (one = 1),
  first_revision bigint NOT NULL,
  served_micros bigint NOT NULL, -- the total time for which servers have served this ledger
  moved_to text NOT NULL DEFAULT '' -- where the ledger is that was moved away: this one must not be used
);

INSERT INTO ledger (one, first_revision, served_micros) VALUES (1, 0, 0);

-- For how long the ledger had been served at several moments, to measure retention.
CREATE TABLE served_notes (
  note bigint PRIMARY KEY,
  served_micros bigint NOT NULL
);

-- The servers that use this database.
CREATE TABLE servers (
  server_id uuid PRIMARY KEY,
  last_seen_micros bigint NOT NULL
);

-- Work that only one of the servers does at a time.
CREATE TABLE duties (
  duty varchar(32) PRIMARY KEY,
  server_id uuid NOT NULL,
  until_micros bigint NOT NULL
);

-- The totals of each repository. A deleted repository keeps its row, because its revisions and versions must
-- never be used again. Every transaction locks and updates this row; the free space keeps the update on its
-- page.
CREATE TABLE repositories (
  repository_id varchar(64) COLLATE "C" PRIMARY KEY,
  capacity_bytes bigint NOT NULL,
  reserved_bytes bigint NOT NULL,
  unassigned_bytes bigint NOT NULL,
  reservation_count bigint NOT NULL,
  revision bigint NOT NULL,
  create_micros bigint NOT NULL,
  update_micros bigint NOT NULL, -- also the time of the last event
  deleted boolean NOT NULL,
  last_version bigint NOT NULL, -- the newest version of the datastore that was ever used
  raise_revision bigint NOT NULL DEFAULT 0 -- the first revision after the last jump; what is older counts as purged
) WITH (fillfactor = 70);

-- The active reservations. slot_key encodes request id and slot index, and sorts in their order.
CREATE TABLE reservations (
  repository_id varchar(64) COLLATE "C" NOT NULL,
  slot_key bytea NOT NULL,
  generation bigint NOT NULL,
  amount_bytes bigint NOT NULL,
  create_micros bigint NOT NULL,
  lease_micros bigint NOT NULL,
  lease_expire_micros bigint NOT NULL,
  reserve_operation_id varchar(64) COLLATE "C" NOT NULL,
  fill_revision bigint NOT NULL,
  fill_micros bigint NOT NULL,
  fill_operation_id varchar(64) COLLATE "C" NOT NULL,
  fill_any_generation boolean NOT NULL, -- the fill named generation 0
  offer_id varchar(128) COLLATE "C" NOT NULL, -- the offer under which it was sold
  PRIMARY KEY (repository_id, slot_key)
);

CREATE INDEX reservations_by_lease ON reservations (lease_expire_micros) WHERE lease_expire_micros > 0;

-- The events, some in a row, in the order of their revisions. They are also the only record of released
-- reservations.
CREATE TABLE events (
  repository_id varchar(64) COLLATE "C" NOT NULL,
  last_revision bigint NOT NULL,
  first_revision bigint NOT NULL,
  micros bigint NOT NULL,
  note bigint NOT NULL, -- the last of served_notes when they were written; 0 for none
  events bytea NOT NULL,
  PRIMARY KEY (repository_id, last_revision)
);

CREATE INDEX events_by_note ON events (note);

-- Leads from a slot, and from a slot with an operation id, to the revisions of the releases. The key is a
-- hash; the event tells whether it is the right one.
CREATE TABLE releases (
  repository_id varchar(64) COLLATE "C" NOT NULL,
  release_key uuid NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY (repository_id, release_key, revision)
);

-- Operation ids of requests, repositories and sales. Other operation ids are stored with their reservations.
CREATE TABLE operations (
  repository_id varchar(64) COLLATE "C" NOT NULL,
  request_id varchar(128) COLLATE "C" NOT NULL, -- empty for the unassigned bytes of the repository
  operation_id varchar(64) COLLATE "C" NOT NULL,
  kind integer NOT NULL,
  released_count bigint NOT NULL,
  bytes bigint NOT NULL,
  revision bigint NOT NULL,
  slot_index bigint, -- this and the next two columns only for a sale, otherwise NULL: the sold slot
  generation bigint,
  asked text, -- the other fields of the request
  PRIMARY KEY (repository_id, request_id, operation_id)
);

CREATE INDEX operations_by_revision ON operations (repository_id, revision);

-- The terms on which space is sold. Prices are decimal digits, because they have up to 256 bits.
CREATE TABLE offers (
  repository_id varchar(64) COLLATE "C" NOT NULL,
  offer_id varchar(128) COLLATE "C" NOT NULL,
  sold_bytes bigint NOT NULL, -- the sum of the active reservations with this offer_id
  min_price varchar(80), -- NULL: the offer was deleted; its row stays only for sold_bytes
  total_bytes bigint NOT NULL,
  min_slot_bytes bigint NOT NULL,
  max_slot_bytes bigint NOT NULL,
  max_duration_micros bigint NOT NULL,
  max_collateral varchar(80), -- NULL for no limit
  until_micros bigint, -- NULL for no limit
  enabled boolean NOT NULL,
  PRIMARY KEY (repository_id, offer_id)
);

-- The datastore. A key is stored as its UTF-8 bytes, which determine its order.
CREATE TABLE entries (
  repository_id varchar(64) COLLATE "C" NOT NULL,
  key bytea NOT NULL,
  version bigint NOT NULL,
  put_micros bigint NOT NULL,
  value bytea NOT NULL,
  PRIMARY KEY (repository_id, key)
);

-- The committed batches of the last hour, so that a server whose connection broke during a commit can find out
-- what became of it.
CREATE TABLE batches (
  repository_id varchar(64) COLLATE "C" NOT NULL,
  batch_id uuid NOT NULL,
  write_micros bigint NOT NULL,
  PRIMARY KEY (repository_id, batch_id)
);

CREATE INDEX batches_by_time ON batches (write_micros);
