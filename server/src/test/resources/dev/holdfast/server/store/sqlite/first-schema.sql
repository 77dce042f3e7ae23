-- What the first schema holds after the life of a few slots, as SQLite dumps it.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
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
INSERT INTO repositories VALUES(1,'default',1000,157,7,2,10,1795176766438998,1795176769312515,0);
INSERT INTO repositories VALUES(2,'gone',0,0,0,0,2,1795176769474819,1795176769656765,1);
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
INSERT INTO reservations VALUES(1,X'01abababababababababababababababababababababababababababababababab0000',2,100,1795176767534369,NULL,NULL,'reserve-filled',3,1795176767768816,'fill',NULL);
INSERT INTO reservations VALUES(1,X'01abababababababababababababababababababababababababababababababab000101',4,50,1795176768019879,31536000000000,1826712768019879,'reserve-leased',NULL,NULL,NULL,NULL);
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
INSERT INTO operations VALUES(1,'','unassigned',1,0,7,10);
INSERT INTO operations VALUES(1,'ended','end',3,1,20,9);
CREATE TABLE events (
  chunk INTEGER PRIMARY KEY,
  repository INTEGER NOT NULL,
  first_revision INTEGER NOT NULL,
  last_revision INTEGER NOT NULL,
  micros INTEGER NOT NULL,
  events BLOB NOT NULL
) STRICT;
INSERT INTO events VALUES(1,1,1,1,1795176766438998,X'0101e80701e807');
INSERT INTO events VALUES(2,1,2,2,1795176767534369,X'010384072301abababababababababababababababababababababababababababababababab00006402a1eaa6ccc296980300000e726573657276652d66696c6c656400');
INSERT INTO events VALUES(3,1,3,3,1795176767768816,X'010484072301abababababababababababababababababababababababababababababababab00006402a1eaa6ccc296980300000e726573657276652d66696c6c656403f091b5ccc29698030466696c6c00');
INSERT INTO events VALUES(4,1,4,4,1795176768019879,X'0103d2062401abababababababababababababababababababababababababababababababab0001013204a7bbc4ccc296980380c0cfe0e89507a7fb93adabac9f030e726573657276652d6c656173656400');
INSERT INTO events VALUES(5,1,5,5,1795176768186504,X'0103b40613027265616461626c650008ffffffffffffffff1e0588d1ceccc2969803000010726573657276652d72656c656173656400');
INSERT INTO events VALUES(6,1,6,6,1795176768374541,X'0105d206010772656c656173650013027265616461626c650008ffffffffffffffff1e0588d1ceccc2969803000010726573657276652d72656c656173656400');
INSERT INTO events VALUES(7,1,7,7,1795176768533486,X'0103be060802656e64656400001407eee7e3ccc296980300000d726573657276652d656e64656400');
INSERT INTO events VALUES(8,1,8,8,1795176768928920,X'0104be060802656e64656400001407eee7e3ccc296980300000d726573657276652d656e6465640898f9fbccc29698030866696c6c2d616e7901');
INSERT INTO events VALUES(9,1,9,9,1795176769094779,X'0105d2060200000802656e64656400001407eee7e3ccc296980300000d726573657276652d656e6465640898f9fbccc29698030866696c6c2d616e7901');
INSERT INTO events VALUES(10,1,10,10,1795176769312515,X'0102cb0607');
INSERT INTO events VALUES(11,2,1,1,1795176769474819,X'0101050105');
INSERT INTO events VALUES(12,2,2,2,1795176769656765,X'0101000300');
CREATE TABLE history (
  slot_hash INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (slot_hash, revision)
) STRICT, WITHOUT ROWID;
CREATE TABLE history_merged (chunk INTEGER NOT NULL) STRICT;
INSERT INTO history_merged VALUES(0);
CREATE INDEX reservations_by_lease ON reservations (lease_expire_micros)
  WHERE lease_expire_micros IS NOT NULL;
CREATE INDEX operations_by_revision ON operations (repository, revision);
CREATE UNIQUE INDEX events_by_revision ON events (repository, last_revision);
COMMIT;
PRAGMA user_version = 1;
