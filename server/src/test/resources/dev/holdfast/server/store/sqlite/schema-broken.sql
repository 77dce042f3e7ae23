-- A version that fails half way.
ALTER TABLE reservations ADD COLUMN note TEXT;
INSERT INTO there_is_no_such_table VALUES (1);
