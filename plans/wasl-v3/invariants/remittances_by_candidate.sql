-- What each candidate has sent home
SELECT candidate_id, currency, COUNT(*) AS remittances, SUM(amount) AS amount FROM remittances GROUP BY candidate_id, currency
