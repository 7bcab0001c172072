-- The program of every v2 candidate is there, once, and active
--! reveal = true
SELECT COUNT(*) AS programs_tec
FROM programs
WHERE code = 'TEC' AND is_active AND deleted_at IS NULL
HAVING COUNT(*) <> 1
