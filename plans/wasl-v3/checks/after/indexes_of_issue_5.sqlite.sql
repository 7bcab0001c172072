-- Issue 5 of the guide: an index on candidates.allocated_number and one on training_assessments.candidate_id, by whatever name
--! reveal = true
SELECT wanted.table_name, wanted.column_name
FROM (SELECT 'candidates' AS table_name, 'allocated_number' AS column_name UNION ALL SELECT 'training_assessments', 'candidate_id') AS wanted
WHERE NOT EXISTS (
    SELECT 1 FROM pragma_index_list(wanted.table_name) AS indexes, pragma_index_info(indexes.name) AS indexed
    WHERE indexed.seqno = 0 AND indexed.name = wanted.column_name)
