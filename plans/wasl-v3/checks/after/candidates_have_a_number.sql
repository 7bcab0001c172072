-- 3.4 No candidate without a number, where the campus, the trade and their codes are there
SELECT candidates.id, candidates.campus_id, candidates.trade_id, candidates.batch_id
FROM candidates
JOIN campuses ON campuses.id = candidates.campus_id
JOIN trades ON trades.id = candidates.trade_id
WHERE candidates.allocated_number IS NULL AND candidates.id NOT IN :candidates_left_out
ORDER BY candidates.id
