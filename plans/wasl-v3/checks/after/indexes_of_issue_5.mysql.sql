-- Issue 5 of the guide: an index on candidates.allocated_number and one on training_assessments.candidate_id, by whatever name
--! reveal = true
SELECT wanted.table_name, wanted.column_name
FROM (SELECT 'candidates' AS table_name, 'allocated_number' AS column_name UNION ALL SELECT 'training_assessments', 'candidate_id') AS wanted
WHERE NOT EXISTS (
    SELECT 1 FROM information_schema.STATISTICS AS indexed
    WHERE indexed.table_schema = DATABASE() AND indexed.table_name = wanted.table_name COLLATE utf8mb4_general_ci
      AND indexed.column_name = wanted.column_name COLLATE utf8mb4_general_ci AND indexed.seq_in_index = 1)
