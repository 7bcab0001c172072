-- Functional test 8: the reports on old and new columns add up to the rows that they report on
SELECT 'pipeline by status' AS report, SUM(counted.candidates) AS reported
FROM (SELECT status, COUNT(*) AS candidates FROM candidates GROUP BY status) AS counted
HAVING SUM(counted.candidates) <> (SELECT COUNT(*) FROM candidates)
UNION ALL
SELECT 'candidates per program', SUM(counted.candidates)
FROM (SELECT program_id, COUNT(*) AS candidates FROM candidates GROUP BY program_id) AS counted
HAVING SUM(counted.candidates) <> (SELECT COUNT(*) FROM candidates)
UNION ALL
SELECT 'screenings by status', SUM(counted.screenings)
FROM (SELECT screening_status, COUNT(*) AS screenings FROM candidate_screenings GROUP BY screening_status) AS counted
HAVING SUM(counted.screenings) <> (SELECT COUNT(*) FROM candidate_screenings)
UNION ALL
SELECT 'training progress', SUM(counted.schedules)
FROM (SELECT technical_training_status, soft_skills_status, COUNT(*) AS schedules FROM training_schedules GROUP BY technical_training_status, soft_skills_status) AS counted
HAVING SUM(counted.schedules) <> (SELECT COUNT(*) FROM training_schedules)
UNION ALL
SELECT 'departures by final status', SUM(counted.departures)
FROM (SELECT final_departure_status, COUNT(*) AS departures FROM departures GROUP BY final_departure_status) AS counted
HAVING SUM(counted.departures) <> (SELECT COUNT(*) FROM departures)
UNION ALL
SELECT 'complaints by conclusion', SUM(counted.complaints)
FROM (SELECT conclusion, COUNT(*) AS complaints FROM complaints GROUP BY conclusion) AS counted
HAVING SUM(counted.complaints) <> (SELECT COUNT(*) FROM complaints)
