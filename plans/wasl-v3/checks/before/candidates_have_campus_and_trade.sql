-- Every candidate has a campus and a trade: whoever has none can get no number
--! reveal = true
SELECT id, status, campus_id, trade_id
FROM candidates
WHERE (campus_id IS NULL OR trade_id IS NULL) AND id NOT IN :candidates_left_out
ORDER BY id
