-- Tables. Where auto-increments stand and what statistics say are no properties.
SELECT 'table', NULL, TABLE_NAME,
    ENGINE AS `engine`,
    ROW_FORMAT AS `row_format`,
    TABLE_COLLATION AS `collation`,
    NULLIF(CREATE_OPTIONS, '') AS `options`, -- only mysql
    -- What a table of Aria has by default is written down by a dump.
    NULLIF(TRIM(REPLACE(CREATE_OPTIONS, IF(ENGINE = 'Aria', 'page_checksum=1', ''), '')), '') AS `options`, -- only mariadb
    IF(TABLE_TYPE = 'SYSTEM VERSIONED', 'yes', NULL) AS `system_versioned`,
    NULLIF(TABLE_COMMENT, '') AS `comment`
FROM information_schema.TABLES
WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')
