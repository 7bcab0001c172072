-- The database itself.
SELECT 'database', NULL, 'properties',
    DEFAULT_CHARACTER_SET_NAME AS `character_set`,
    DEFAULT_COLLATION_NAME AS `collation`,
    NULLIF(SCHEMA_COMMENT, '') AS `comment`, -- only mariadb
    NULLIF(DEFAULT_ENCRYPTION, 'NO') AS `encryption`, -- only mysql
    NULL AS `nothing`
FROM information_schema.SCHEMATA
WHERE SCHEMA_NAME = DATABASE()
