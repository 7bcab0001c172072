-- Campuses and trades of candidates have a code, of which numbers are made
--! reveal = true
SELECT 'campuses' AS table_name, campuses.id AS id, campuses.name AS name, COUNT(*) AS candidates, 'give it a code: UPDATE campuses SET code = … WHERE id = …' AS remedy
FROM candidates
JOIN campuses ON campuses.id = candidates.campus_id
WHERE TRIM(COALESCE(campuses.code, '')) = '' AND candidates.id NOT IN :candidates_left_out
GROUP BY campuses.id, campuses.name
UNION ALL
SELECT 'trades', trades.id, trades.name, COUNT(*), 'give it a code: UPDATE trades SET code = … WHERE id = …'
FROM candidates
JOIN trades ON trades.id = candidates.trade_id
WHERE TRIM(COALESCE(trades.code, '')) = '' AND candidates.id NOT IN :candidates_left_out
GROUP BY trades.id, trades.name
