-- Pre-Migration 1, and again Post-Migration 2: the baseline counts
SELECT 'Candidates' as Table_Name, COUNT(*) as Count FROM candidates
UNION ALL SELECT 'Screenings', COUNT(*) FROM candidate_screenings
UNION ALL SELECT 'Batches', COUNT(*) FROM batches
UNION ALL SELECT 'Training Schedules', COUNT(*) FROM training_schedules
UNION ALL SELECT 'Visa Processes', COUNT(*) FROM visa_processes
UNION ALL SELECT 'Departures', COUNT(*) FROM departures
UNION ALL SELECT 'Complaints', COUNT(*) FROM complaints
UNION ALL SELECT 'Users', COUNT(*) FROM users;
