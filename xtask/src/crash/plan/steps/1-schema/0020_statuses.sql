-- A table of the statuses, and a column for addresses
CREATE TABLE statuses (code varchar(20) NOT NULL PRIMARY KEY, title varchar(60));
INSERT INTO statuses VALUES ('active', 'Active'), ('closed', 'Closed');
ALTER TABLE students ADD COLUMN email varchar(80);
