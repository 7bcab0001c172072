-- Report: candidates per trade
SELECT trades.code, COUNT(*) AS candidates
FROM candidates JOIN trades ON trades.id = candidates.trade_id
WHERE candidates.deleted_at IS NULL GROUP BY trades.code ORDER BY trades.code
