-- Report: remittances by month
SELECT month, COUNT(*) AS remittances, SUM(amount) AS amount FROM remittances GROUP BY month ORDER BY month
