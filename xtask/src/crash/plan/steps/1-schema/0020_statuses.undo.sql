ALTER TABLE students DROP COLUMN email;
DELETE FROM statuses;
DROP TABLE statuses;
