-- Every candidate has a campus and a trade; who has none gets no number (accept this check to go on without)
--! reveal = true
SELECT id, status, campus_id, trade_id, 'give the candidate a campus and a trade, or run with --accept check:candidates_have_campus_and_trade' AS remedy
FROM candidates
WHERE (campus_id IS NULL OR trade_id IS NULL) AND id NOT IN :candidates_left_out
ORDER BY id
