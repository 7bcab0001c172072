-- Candidates by status, as transformed
--! severity = "note"
--! reveal = true
SELECT status, COUNT(*) AS candidates FROM candidates WHERE id NOT IN :candidates_left_out GROUP BY status ORDER BY status
