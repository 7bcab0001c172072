-- Triggers, with the settings that they run under.
SELECT 'trigger', EVENT_OBJECT_TABLE, TRIGGER_NAME,
    CONCAT(ACTION_TIMING, ' ', EVENT_MANIPULATION) AS `event`,
    CAST(ACTION_ORDER AS CHAR) AS `order`,
    ACTION_STATEMENT AS `definition`,
    DEFINER AS `definer`,
    SQL_MODE AS `sql_mode`,
    CHARACTER_SET_CLIENT AS `character_set`,
    COLLATION_CONNECTION AS `collation`,
    DATABASE_COLLATION AS `database_collation`
FROM information_schema.TRIGGERS
WHERE TRIGGER_SCHEMA = DATABASE()
