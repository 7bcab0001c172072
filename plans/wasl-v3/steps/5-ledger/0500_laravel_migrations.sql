-- Laravel's ledger: the 20 migrations, in the next batch
--! undo = "snapshot"
INSERT INTO migrations (migration, batch)
SELECT files.migration, latest.batch + 1
FROM :laravel_migrations AS files
CROSS JOIN (SELECT COALESCE(MAX(batch), 0) AS batch FROM migrations) AS latest
WHERE files.migration NOT IN (SELECT migration FROM migrations)
ORDER BY files.position;
