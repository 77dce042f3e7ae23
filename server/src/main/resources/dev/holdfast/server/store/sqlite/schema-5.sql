-- The index of releases: runs, each written in one go, in the place of one table by slot, whose
-- pages were written all over the file. What that one knew is read from the events again.
DROP TABLE history;
DROP TABLE history_merged;

-- A run knows all releases of some chunks of events in a row, parted by the highest bits of a hash of
-- repository and slot.
CREATE TABLE history_runs (
  run INTEGER PRIMARY KEY,
  part_bits INTEGER NOT NULL, -- it has 2^part_bits parts
  last_chunk INTEGER NOT NULL, -- it knows of no chunk of events behind this one
  in_use INTEGER NOT NULL -- 0: it is being written, or being deleted
) STRICT;

CREATE TABLE history_parts (
  part INTEGER PRIMARY KEY, -- run * 2^32 + the part's number; a part without releases has no row
  releases BLOB NOT NULL -- of each the hash and the revision, of eight bytes each
) STRICT;

-- Which hashes a run does not have, for so many parts that a row fills a page.
CREATE TABLE history_filters (
  part INTEGER PRIMARY KEY, -- run * 2^32 + the number of the first of those parts
  words BLOB NOT NULL
) STRICT;
