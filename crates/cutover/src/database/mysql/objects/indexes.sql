-- Indexes, the primary key among them.
SELECT 'index', TABLE_NAME, INDEX_NAME,
    GROUP_CONCAT(CONCAT(
        COALESCE(COLUMN_NAME, CONCAT('(', EXPRESSION, ')')), -- only mysql
        COLUMN_NAME, -- only mariadb
        IF(SUB_PART IS NULL, '', CONCAT('(', SUB_PART, ')')),
        IF(COLLATION = 'D', ' DESC', '')
    ) ORDER BY SEQ_IN_INDEX SEPARATOR ', ') AS `columns`,
    IF(MIN(NON_UNIQUE) = 0, 'yes', NULL) AS `unique`,
    MIN(INDEX_TYPE) AS `type`,
    IF(MIN(IS_VISIBLE) = 'NO', 'yes', NULL) AS `invisible`, -- only mysql
    IF(MIN(IGNORED) = 'YES', 'yes', NULL) AS `ignored`, -- only mariadb
    NULLIF(MIN(COMMENT), '') AS `state`,
    NULLIF(MIN(INDEX_COMMENT), '') AS `comment`
FROM information_schema.STATISTICS
WHERE TABLE_SCHEMA = DATABASE()
GROUP BY TABLE_NAME, INDEX_NAME
