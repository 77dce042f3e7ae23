CREATE TABLE repositories (
  repository_id text PRIMARY KEY,
  capacity_bytes bigint NOT NULL,
  reserved_bytes bigint NOT NULL,
  revision bigint NOT NULL
);

INSERT INTO repositories VALUES ('default', 1::bigint << 59, 0, 0);

CREATE TABLE reservations (
  repository_id text NOT NULL,
  request_id text NOT NULL,
  slot_index bigint NOT NULL,
  generation bigint NOT NULL,
  amount_bytes bigint NOT NULL,
  operation_id text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (repository_id, request_id, slot_index)
);

-- Returns the generation.
CREATE FUNCTION reserve(request_id text, slot_index bigint, amount_bytes bigint, operation_id text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  generation bigint;
BEGIN
  UPDATE repositories AS r
    SET reserved_bytes = r.reserved_bytes + reserve.amount_bytes, revision = r.revision + 1
    WHERE r.repository_id = 'default' AND r.capacity_bytes - r.reserved_bytes >= reserve.amount_bytes
    RETURNING r.revision INTO generation;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'not enough space';
  END IF;
  INSERT INTO reservations VALUES ('default', request_id, slot_index, generation, amount_bytes, operation_id);
  RETURN generation;
END $$;

-- Returns the number of released bytes.
CREATE FUNCTION release(request_id text, slot_index bigint, generation bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  released_bytes bigint;
BEGIN
  DELETE FROM reservations AS r
    WHERE r.repository_id = 'default' AND r.request_id = release.request_id AND r.slot_index = release.slot_index
      AND r.generation = release.generation
    RETURNING r.amount_bytes INTO released_bytes;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such reservation';
  END IF;
  UPDATE repositories AS r
    SET reserved_bytes = r.reserved_bytes - released_bytes, revision = r.revision + 1
    WHERE r.repository_id = 'default';
  RETURN released_bytes;
END $$;
