-- Steps 3 and 4 of the guide, its statements as it writes them, each followed by its own verification.
-- 3.4 is left by the guide to `php artisan wasl:generate-allocated-numbers`, whose logic it tells in five lines. A command of PHP would go from
-- candidate to candidate, with an UPDATE for each. Here it is a few statements with window functions, the quickest way there is.

-- 3.1
UPDATE candidates c
SET c.program_id = (SELECT id FROM programs WHERE code = 'TEC' LIMIT 1)
WHERE c.program_id IS NULL;

SELECT '3.1 candidates without a program', COUNT(*) FROM candidates WHERE program_id IS NULL;

-- 3.2
UPDATE candidate_screenings
SET screening_status = 'screened'
WHERE outcome = 'passed' OR outcome = 'approved';

UPDATE candidate_screenings
SET screening_status = 'deferred',
    evidence_path = 'Migrated from v2: marked as failed'
WHERE outcome = 'failed' OR outcome = 'rejected';

UPDATE candidate_screenings
SET screening_status = 'pending'
WHERE outcome = 'pending' OR outcome IS NULL;

UPDATE candidate_screenings
SET consent_for_work = 1
WHERE screening_status = 'screened';

UPDATE candidate_screenings
SET placement_interest = 'international'
WHERE screening_status = 'screened';

SELECT '3.2 screenings', screening_status, COUNT(*) FROM candidate_screenings GROUP BY screening_status;

-- 3.3
UPDATE training_schedules
SET technical_training_status =
    CASE
        WHEN status = 'completed' THEN 'completed'
        WHEN status = 'in_progress' THEN 'in_progress'
        ELSE 'not_started'
    END,
    soft_skills_status =
    CASE
        WHEN status = 'completed' THEN 'completed'
        WHEN status = 'in_progress' THEN 'in_progress'
        ELSE 'not_started'
    END;

SELECT '3.3 trainings', technical_training_status, soft_skills_status, COUNT(*)
FROM training_schedules
GROUP BY technical_training_status, soft_skills_status;

-- 3.4: group by campus, program and trade; order by registration; 25 candidates in each batch that is created
CREATE TEMPORARY TABLE numbering (
    candidate_id bigint unsigned NOT NULL PRIMARY KEY, prefix varchar(40) NOT NULL, campus_id bigint unsigned NOT NULL, trade_id bigint unsigned NOT NULL,
    batch_id bigint unsigned NULL, registered_at timestamp NULL, KEY (prefix));

INSERT INTO numbering
SELECT candidates.id, UPPER(CONCAT_WS('-', campuses.code, programs.code, trades.code, YEAR(COALESCE(registered_at, candidates.created_at)))),
    candidates.campus_id, candidates.trade_id, candidates.batch_id, COALESCE(registered_at, candidates.created_at)
FROM candidates
JOIN campuses ON campuses.id = candidates.campus_id
JOIN programs ON programs.id = candidates.program_id
JOIN trades ON trades.id = candidates.trade_id;

CREATE TEMPORARY TABLE chunks (
    candidate_id bigint unsigned NOT NULL PRIMARY KEY, batch_code varchar(100) NOT NULL, campus_id bigint unsigned NOT NULL, trade_id bigint unsigned NOT NULL,
    registered_at timestamp NULL, KEY (batch_code));

INSERT INTO chunks
SELECT candidate_id, CONCAT(waiting.prefix, '-', LPAD(COALESCE(batches_of_v2, 0) + 1 + (place - 1) DIV 25, 4, '0')), campus_id, trade_id, registered_at
FROM (
    SELECT numbering.*, ROW_NUMBER() OVER (PARTITION BY prefix ORDER BY registered_at, candidate_id) AS place FROM numbering WHERE batch_id IS NULL
) waiting
LEFT JOIN (
    SELECT prefix, COUNT(DISTINCT batch_id) AS batches_of_v2 FROM numbering GROUP BY prefix
) known ON known.prefix = waiting.prefix;

SET @last_of_v2 = (SELECT MAX(id) FROM batches);

INSERT INTO batches (batch_code, name, campus_id, trade_id, capacity, start_date, status, created_at, updated_at)
SELECT batch_code, CONCAT('Batch ', batch_code), MIN(campus_id), MIN(trade_id), 25, DATE(MIN(registered_at)), 'planned', NOW(), NOW()
FROM chunks
GROUP BY batch_code
ORDER BY batch_code;

UPDATE candidates
JOIN chunks ON chunks.candidate_id = candidates.id
JOIN batches ON batches.batch_code = chunks.batch_code
SET candidates.batch_id = batches.id;

UPDATE numbering JOIN candidates ON candidates.id = numbering.candidate_id SET numbering.batch_id = candidates.batch_id;

UPDATE candidates
JOIN (
    SELECT numbering.candidate_id, CONCAT(numbering.prefix, '-', LPAD(batch_number, 4, '0'), '-',
        LPAD(ROW_NUMBER() OVER (PARTITION BY numbering.prefix, batch_number ORDER BY registered_at, candidate_id), 4, '0')) AS allocated_number
    FROM numbering
    JOIN (
        SELECT prefix, batch_id, ROW_NUMBER() OVER (PARTITION BY prefix ORDER BY batch_id > @last_of_v2, MIN(registered_at), batch_id) AS batch_number
        FROM numbering
        GROUP BY prefix, batch_id
    ) numbered ON numbered.prefix = numbering.prefix AND numbered.batch_id = numbering.batch_id
) numbers ON numbers.candidate_id = candidates.id
SET candidates.allocated_number = numbers.allocated_number;

SELECT '3.4 candidates without a number', COUNT(*) FROM candidates WHERE allocated_number IS NULL;

SELECT '3.4 number', allocated_number FROM candidates LIMIT 10;

SELECT '3.4 duplicate', allocated_number, COUNT(*) AS count
FROM candidates
WHERE allocated_number IS NOT NULL
GROUP BY allocated_number
HAVING count > 1;

-- 3.5
UPDATE departures
SET ptn_status =
    CASE
        WHEN ptn_number IS NOT NULL AND ptn_number != '' THEN 'issued'
        ELSE 'pending'
    END,
    ptn_issued_at = ptn_date;

UPDATE departures
SET protector_status = 'pending';

UPDATE departures
SET final_departure_status =
    CASE
        WHEN departure_date IS NOT NULL THEN 'departed'
        WHEN ticket_number IS NOT NULL THEN 'ready_to_depart'
        ELSE 'processing'
    END;

SELECT '3.5 PTN', ptn_status, COUNT(*) FROM departures GROUP BY ptn_status;
SELECT '3.5 departures', final_departure_status, COUNT(*) FROM departures GROUP BY final_departure_status;

-- 3.6
UPDATE complaints
SET current_issue = description,
    support_steps_taken = CONCAT('Legacy complaint. Original status: ', status),
    suggestions = 'No suggestions recorded in v2',
    conclusion = CASE WHEN status = 'resolved' THEN 'Resolved in v2' ELSE 'Pending resolution' END;

SELECT '3.6 complaints without an issue', COUNT(*) FROM complaints WHERE current_issue IS NULL;

-- 4
INSERT INTO training_assessments (
    candidate_id, batch_id, assessment_type, assessment_date, score, max_score, passing_score, assessor_id, remarks, created_at, updated_at
)
SELECT
    ts.candidate_id,
    c.batch_id,
    'interim',
    ts.start_date + INTERVAL 30 DAY,
    75,
    100,
    70,
    ts.instructor_id,
    'Migrated from v2 training record',
    ts.created_at,
    ts.updated_at
FROM training_schedules ts
JOIN candidates c ON ts.candidate_id = c.id
WHERE ts.technical_training_status = 'completed'
AND NOT EXISTS (
    SELECT 1 FROM training_assessments ta
    WHERE ta.candidate_id = ts.candidate_id
    AND ta.assessment_type = 'interim'
);

INSERT INTO training_assessments (
    candidate_id, batch_id, assessment_type, assessment_date, score, max_score, passing_score, assessor_id, remarks, created_at, updated_at
)
SELECT
    ts.candidate_id,
    c.batch_id,
    'final',
    ts.completion_date,
    80,
    100,
    70,
    ts.instructor_id,
    'Migrated from v2 training record - assumed passed',
    ts.created_at,
    ts.updated_at
FROM training_schedules ts
JOIN candidates c ON ts.candidate_id = c.id
WHERE ts.technical_training_status = 'completed'
AND ts.completion_date IS NOT NULL
AND NOT EXISTS (
    SELECT 1 FROM training_assessments ta
    WHERE ta.candidate_id = ts.candidate_id
    AND ta.assessment_type = 'final'
);

SELECT '4 assessments', assessment_type, COUNT(*) FROM training_assessments GROUP BY assessment_type;
