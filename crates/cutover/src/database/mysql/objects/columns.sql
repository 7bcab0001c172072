-- Columns of tables; those of views follow from the view. MariaDB tells defaults as expressions: a text in quotes, and that there is none by the word.
SELECT 'column', TABLE_NAME, COLUMN_NAME,
    COLUMN_TYPE AS `type`,
    IF(IS_NULLABLE = 'NO', 'yes', NULL) AS `not_null`,
    COLUMN_DEFAULT AS `default`, -- only mysql
    -- MariaDB writes down what every nullable column without a default has; a text NULL stands in quotes there.
    NULLIF(COLUMN_DEFAULT, 'NULL') AS `default`, -- only mariadb
    COLLATION_NAME AS `collation`,
    NULLIF(EXTRA, '') AS `extra`,
    NULLIF(GENERATION_EXPRESSION, '') AS `generated`,
    SRS_ID AS `srid`, -- only mysql
    NULLIF(COLUMN_COMMENT, '') AS `comment`
FROM information_schema.COLUMNS
WHERE TABLE_SCHEMA = DATABASE()
