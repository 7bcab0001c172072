-- Statuses in lower case, at once
UPDATE students SET status = LOWER(status) WHERE status IS NOT NULL;
