-- Step 1: the 20 migrations are in Laravel's ledger
--! reveal = true
SELECT files.migration
FROM :laravel_migrations AS files
WHERE files.migration NOT IN (SELECT migration FROM migrations)
