-- What real databases hold besides, put behind mysql.sql or sqlite.sql by `cutover demo wasl-v3 --dirty`: it stops a run before anything is touched
-- Some of it falls on rows out of scope, deleted ones and tests, which stop nothing.

-- A status that nothing of v3 stands for
UPDATE candidates SET status = 'returned' WHERE id % 3000 = 77;
-- A status in other letters, with a blank behind it
UPDATE candidates SET status = 'Registered ' WHERE id % 6000 = 79;
-- A status that one clerk has made up
UPDATE candidates SET status = 'in process' WHERE id % 10000 = 81;
-- Outcomes of screenings that are none: in_progress
UPDATE candidate_screenings SET outcome = 'in_progress' WHERE id % 3000 = 101;
-- Outcomes of screenings that are none: eligible
UPDATE candidate_screenings SET outcome = 'eligible' WHERE id % 4000 = 103;
-- Outcomes of screenings that are none: deferred
UPDATE candidate_screenings SET outcome = 'deferred' WHERE id % 5000 = 107;
-- Outcomes of screenings that are none: cancelled
UPDATE candidate_screenings SET outcome = 'cancelled' WHERE id % 6000 = 109;
-- Outcomes of screenings that are none: hold, once with a blank in front of it
UPDATE candidate_screenings SET outcome = CASE WHEN id < 30000 THEN 'hold' ELSE ' Hold' END WHERE id % 20000 = 113;
-- Candidates without a campus
UPDATE candidates SET campus_id = NULL WHERE id % 4000 = 83;
-- Candidates without a trade
UPDATE candidates SET trade_id = NULL WHERE id % 5000 = 89;
-- A campus without a code
INSERT INTO campuses (id, name, code, city, province, is_active, created_at) VALUES (31, 'Zhob Sub-Campus', NULL, 'Zhob', 'Balochistan', 1, '2025-05-05 05:05:05');
-- Candidates of the campus without a code
UPDATE candidates SET campus_id = 31 WHERE id % 1500 = 97 AND batch_id IS NULL;
-- A trade whose code is too long for an allocated number
INSERT INTO trades (id, name, code, category, duration_weeks, is_active, created_at) VALUES
    (41, 'Solar Installation & Maintenance', 'SOLAR-PV-INSTALLATION-AND-MAINTENANCE', 'Mechanical', 10, 1, '2025-06-06 06:06:06');
-- Candidates of the trade whose code is too long
UPDATE candidates SET trade_id = 41 WHERE id % 1500 = 99 AND batch_id IS NULL;
-- A column of v3 that was patched in by hand, and fits
ALTER TABLE candidate_screenings ADD COLUMN evidence_path varchar(500) NULL;
-- Files that have been kept in it since
UPDATE candidate_screenings SET evidence_path = REPLACE('screenings/evidence/N.pdf', 'N', id) WHERE id % 1000 = 31;
-- A column of v3 that was patched in by hand, of a type that does not fit
ALTER TABLE departures ADD COLUMN ptn_status int NULL;
-- Numbers that have been kept in it since
UPDATE departures SET ptn_status = id % 3 WHERE id % 700 = 11;
-- Screenings of users that are gone
UPDATE candidate_screenings SET screened_by = 700000 + id % 7 WHERE id % 5000 = 41;
