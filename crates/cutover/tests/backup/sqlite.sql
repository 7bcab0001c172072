-- What a backup could lose beside the registry's own objects.
CREATE TABLE odd (id INTEGER PRIMARY KEY, anything, twice INTEGER AS (id * 2) VIRTUAL);
INSERT INTO odd (id, anything) VALUES (1, 1), (2, 1.0), (3, '1'), (4, x'00ff27'), (5, NULL), (6, 1e-307);
CREATE VIEW graduates AS SELECT id, name FROM students WHERE status = 'graduated';
CREATE VIEW graduates_by_letter AS SELECT substr(name, 1, 1) AS letter, count(*) AS number FROM graduates GROUP BY 1;
CREATE TRIGGER graduates_gone INSTEAD OF DELETE ON graduates BEGIN DELETE FROM students WHERE id = old.id; END;
