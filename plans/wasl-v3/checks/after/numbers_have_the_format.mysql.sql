-- 3.4 Numbers are CAMPUS-PROGRAM-TRADE-year-batch-position, in upper case: ISB-TEC-WLD-2026-0001-0012
SELECT candidates.id, candidates.allocated_number
FROM candidates
LEFT JOIN campuses ON campuses.id = candidates.campus_id
LEFT JOIN programs ON programs.id = candidates.program_id
LEFT JOIN trades ON trades.id = candidates.trade_id
WHERE candidates.allocated_number IS NOT NULL AND candidates.id NOT IN :candidates_left_out
  AND (candidates.allocated_number NOT REGEXP '-[0-9]{4}-[0-9]{4}-[0-9]{4}$' OR CAST(candidates.allocated_number AS BINARY) <> CAST(UPPER(candidates.allocated_number) AS BINARY)
    OR COALESCE(candidates.allocated_number NOT LIKE CONCAT(campuses.code, '-', programs.code, '-', trades.code, '-____-____-____'), false))
ORDER BY candidates.id
