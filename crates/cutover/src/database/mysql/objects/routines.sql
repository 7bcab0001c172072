-- Routines. A function and a procedure may have the same name: the sort stands before each property.
SELECT 'routine', NULL, ROUTINE_NAME,
    LOWER(ROUTINE_TYPE) AS `prefix`,
    ROUTINE_DEFINITION AS `definition`,
    NULLIF(DTD_IDENTIFIER, '') AS `returns`,
    IS_DETERMINISTIC AS `deterministic`,
    SQL_DATA_ACCESS AS `data_access`,
    SECURITY_TYPE AS `security`,
    DEFINER AS `definer`,
    SQL_MODE AS `sql_mode`,
    CHARACTER_SET_CLIENT AS `character_set`,
    COLLATION_CONNECTION AS `collation`,
    DATABASE_COLLATION AS `database_collation`,
    NULLIF(ROUTINE_COMMENT, '') AS `comment`
FROM information_schema.ROUTINES
WHERE ROUTINE_SCHEMA = DATABASE()
