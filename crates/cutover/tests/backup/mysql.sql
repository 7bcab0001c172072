-- What a dump could lose beside the registry's own objects.
CREATE TABLE odd (
    id int PRIMARY KEY,
    name varchar(40) COLLATE utf8mb4_german2_ci,
    latin varchar(20) CHARACTER SET latin1,
    data blob,
    bits bit(12),
    shape geometry,
    exact double,
    at timestamp NULL,
    day datetime(6),
    doc json,
    twice int AS (id * 2) VIRTUAL
) ENGINE = InnoDB;
INSERT INTO odd (id, name, latin, data, bits, shape, exact, at, day, doc) VALUES
    (1, 'Ärger', 'Größe', x'00ff270a5c', b'101', ST_GeomFromText('POINT(1 2)'), 0.1, '2026-03-29 01:30:00', '0000-00-00 00:00:00', '{"a": [1, "x"]}'),
    (2, 'tab\tline\nback\\slash\'', NULL, NULL, NULL, NULL, 1e-307, NULL, '2026-03-29 02:30:00.123456', NULL);
CREATE VIEW graduates AS SELECT id, name FROM students WHERE status = 'graduated';
CREATE VIEW graduates_by_letter AS SELECT LEFT(name, 1) AS letter, COUNT(*) AS number FROM graduates GROUP BY LEFT(name, 1);
CREATE VIEW first_letters AS SELECT letter FROM graduates_by_letter;
CREATE EVENT cleaning ON SCHEDULE EVERY 1 SECOND STARTS '2020-01-01 00:00:00' ON COMPLETION PRESERVE ENABLE DO INSERT INTO audit_log (what) VALUES ('cleaned');
ALTER EVENT cleaning DISABLE;
