-- Views. The server puts its database's name before every name in them, which is taken out again.
SELECT 'view', NULL, TABLE_NAME,
    VIEW_DEFINITION AS `definition`,
    NULLIF(CHECK_OPTION, 'NONE') AS `check_option`,
    ALGORITHM AS `algorithm`, -- only mariadb
    DEFINER AS `definer`,
    SECURITY_TYPE AS `security`,
    CHARACTER_SET_CLIENT AS `character_set`,
    COLLATION_CONNECTION AS `collation`
FROM information_schema.VIEWS
WHERE TABLE_SCHEMA = DATABASE()
