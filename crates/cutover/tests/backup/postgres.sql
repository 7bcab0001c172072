-- What a dump could lose beside the registry's own objects.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE COLLATION german (provider = icu, locale = 'de-u-co-phonebk');
CREATE SCHEMA "Odd Schema";
CREATE TABLE "Odd Schema"."a.b" (id integer PRIMARY KEY, name text COLLATE german, "data" bytea, ratio real, exact double precision);
INSERT INTO "Odd Schema"."a.b" VALUES (1, 'Ärger', '\x00ff27', 0.1, 1e-307), (2, E'tab\tline\nback\\slash', NULL, 'NaN', '-Infinity');
CREATE INDEX trigrams ON "Odd Schema"."a.b" USING gin (name gin_trgm_ops);
CREATE VIEW graduates AS SELECT id, name FROM students WHERE status = 'graduated';
CREATE VIEW graduates_by_letter AS SELECT left(name, 1) AS letter, count(*) AS number FROM graduates GROUP BY 1;
CREATE VIEW first_letters AS SELECT letter FROM graduates_by_letter;
CREATE MATERIALIZED VIEW letters AS SELECT letter, number FROM graduates_by_letter;
CREATE PUBLICATION everything FOR TABLE students;
ALTER TABLE sessions DISABLE TRIGGER sessions_seen;
ALTER TABLE audit_log SET (fillfactor = 70);
