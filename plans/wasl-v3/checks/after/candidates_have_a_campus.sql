-- Validation 1: candidates without campus or trade, who have no number
--! severity = "warning"
SELECT id, status, campus_id, trade_id
FROM candidates
WHERE (campus_id IS NULL OR trade_id IS NULL) AND id NOT IN :candidates_left_out
ORDER BY id
