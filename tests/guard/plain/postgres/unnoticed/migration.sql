-- psql goes on behind a statement that has failed, and its exit code is 0.
CREATE TABLE old_swaps (LIKE swaps INCLUDING ALL);
INSERT INTO old_swaps SELECT id, shift_id, wish FROM swap WHERE wish IS NULL;
DELETE FROM swaps WHERE wish IS NULL;
