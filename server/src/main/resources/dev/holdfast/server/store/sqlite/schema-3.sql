-- The datastore. A key is its UTF-8 bytes, and sorts as they do. Values are last, and not in the
-- index, so that whoever looks for keys and versions does not walk through them.
CREATE TABLE entries (
  repository INTEGER NOT NULL,
  key BLOB NOT NULL,
  version INTEGER NOT NULL,
  put_micros INTEGER NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (repository, key)
) STRICT;

-- The newest version that was ever given out. It stays when keys and repositories are deleted,
-- because versions must never come again.
CREATE TABLE entry_versions (
  repository INTEGER PRIMARY KEY,
  version INTEGER NOT NULL
) STRICT;
