-- Post-Migration 1, the five queries that `php artisan wasl:validate-migration` stands for, and the sizes of step 4
SELECT
    '1 candidates',
    COUNT(*) as total_candidates,
    SUM(CASE WHEN program_id IS NULL THEN 1 ELSE 0 END) as missing_program,
    SUM(CASE WHEN allocated_number IS NULL THEN 1 ELSE 0 END) as missing_allocated_number,
    SUM(CASE WHEN campus_id IS NULL THEN 1 ELSE 0 END) as missing_campus
FROM candidates;

SELECT
    '2 screenings',
    screening_status,
    COUNT(*) as count,
    SUM(CASE WHEN consent_for_work IS NULL THEN 1 ELSE 0 END) as missing_consent,
    SUM(CASE WHEN placement_interest IS NULL THEN 1 ELSE 0 END) as missing_placement
FROM candidate_screenings
GROUP BY screening_status;

SELECT
    '3 trainings',
    technical_training_status,
    soft_skills_status,
    COUNT(*) as count
FROM training_schedules
GROUP BY technical_training_status, soft_skills_status;

SELECT '4 orphaned screenings', COUNT(*) as orphaned_screenings
FROM candidate_screenings cs
LEFT JOIN candidates c ON cs.candidate_id = c.id
WHERE c.id IS NULL;

SELECT '4 orphaned trainings', COUNT(*) as orphaned_training
FROM training_schedules ts
LEFT JOIN candidates c ON ts.candidate_id = c.id
WHERE c.id IS NULL;

SELECT '5 programs' as table_name, COUNT(*) as count FROM programs
UNION ALL SELECT '5 courses', COUNT(*) FROM courses
UNION ALL SELECT '5 document_checklists', COUNT(*) FROM document_checklists
UNION ALL SELECT '5 countries', COUNT(*) FROM countries;

SELECT
    'size',
    table_name AS 'Table',
    ROUND(((data_length + index_length) / 1024 / 1024), 2) AS 'Size (MB)'
FROM information_schema.TABLES
WHERE table_schema = DATABASE()
ORDER BY (data_length + index_length) DESC;
