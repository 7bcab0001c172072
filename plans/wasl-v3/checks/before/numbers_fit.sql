-- Numbers fit: 50 characters (CAMPUS-TEC-TRADE-2026-0001-0012), and at most 9999 candidates in a batch
--! reveal = true
SELECT 'too long for 50 characters' AS problem, CONCAT(campuses.code, '-TEC-', trades.code, '-0000-0000-0000') AS example, COUNT(*) AS candidates,
    'shorten the code of the campus or of the trade' AS remedy
FROM candidates
JOIN campuses ON campuses.id = candidates.campus_id
JOIN trades ON trades.id = candidates.trade_id
WHERE LENGTH(campuses.code) + LENGTH(trades.code) + 20 > 50 AND candidates.id NOT IN :candidates_left_out
GROUP BY campuses.code, trades.code
UNION ALL
SELECT 'more candidates than positions', batches.batch_code, COUNT(*), 'divide the batch'
FROM candidates
JOIN batches ON batches.id = candidates.batch_id
GROUP BY batches.id, batches.batch_code
HAVING COUNT(*) > 9999
