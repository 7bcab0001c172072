-- Sizes of the largest tables after, in MB
--! severity = "note"
--! reveal = true
SELECT table_name AS table_name, ROUND((data_length + index_length) / 1024 / 1024, 2) AS size_mb
FROM information_schema.TABLES
WHERE table_schema = DATABASE() AND data_length + index_length >= 1048576
ORDER BY data_length + index_length DESC, table_name
