CREATE TABLE wards (id integer PRIMARY KEY, name text NOT NULL);
INSERT INTO wards VALUES (1, 'Surgery'), (2, 'Nursery');
ALTER TABLE shifts ADD COLUMN ward_id integer REFERENCES wards (id);
UPDATE shifts SET ward_id = 1;
CREATE INDEX swaps_shift_id ON swaps (shift_id);
