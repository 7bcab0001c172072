-- Events. When one ran last changes by itself.
SELECT 'event', NULL, EVENT_NAME,
    EVENT_DEFINITION AS `definition`,
    CONCAT_WS(' ', EVENT_TYPE, EXECUTE_AT, INTERVAL_VALUE, INTERVAL_FIELD) AS `schedule`,
    STARTS AS `starts`,
    ENDS AS `ends`,
    STATUS AS `status`,
    ON_COMPLETION AS `on_completion`,
    TIME_ZONE AS `time_zone`,
    DEFINER AS `definer`,
    SQL_MODE AS `sql_mode`,
    CHARACTER_SET_CLIENT AS `character_set`,
    COLLATION_CONNECTION AS `collation`,
    DATABASE_COLLATION AS `database_collation`,
    NULLIF(EVENT_COMMENT, '') AS `comment`
FROM information_schema.EVENTS
WHERE EVENT_SCHEMA = DATABASE()
