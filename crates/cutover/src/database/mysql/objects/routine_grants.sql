-- Rights on routines, which only those may see who may read the server's own tables.
SELECT 'grant', NULL, CONCAT(REPLACE(UPPER(Proc_priv), ',', ', '), ' ON ', Routine_type, ' ', Routine_name, ' TO ''', User, '''@''', Host, ''''),
    NULL AS `grantable`
FROM mysql.procs_priv
WHERE Db = DATABASE()
