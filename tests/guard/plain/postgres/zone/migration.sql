-- The hours are in UTC. The session's zone says what they are taken for.
SET TIME ZONE 'Asia/Karachi';
ALTER TABLE shifts ALTER COLUMN begins_at TYPE timestamptz;
