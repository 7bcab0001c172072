-- Columns of tables and foreign tables. Their position among the others is not a property: it moves when one is dropped.
SELECT 'column', place.prefix || c.relname || '.' || a.attname, property.key, property.value
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN place ON place.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
CROSS JOIN LATERAL (VALUES
    ('type', format_type(a.atttypid, a.atttypmod)),
    ('not null', CASE WHEN a.attnotnull THEN 'yes' ELSE 'no' END),
    ('default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END),
    ('generated', CASE a.attgenerated
        WHEN 's' THEN 'stored: ' || pg_get_expr(d.adbin, d.adrelid)
        WHEN 'v' THEN 'virtual: ' || pg_get_expr(d.adbin, d.adrelid)
    END),
    ('identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END),
    ('collation', CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END),
    ('storage', CASE WHEN a.attstorage <> t.typstorage THEN
        CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END
    END),
    ('compression', CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END), -- since 14
    ('options', (SELECT string_agg(option, ', ' ORDER BY option) FROM unnest(a.attoptions) option
        WHERE option NOT LIKE 'pg\_attver=%')), -- a mark of the server's own, which every ALTER TABLE moves (seen on 15.20)
    ('foreign options', (SELECT string_agg(option, ', ' ORDER BY option) FROM unnest(a.attfdwoptions) option)),
    ('comment', col_description(a.attrelid, a.attnum))
) property (key, value)
WHERE c.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped
  AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_class'::regclass AND objid = c.oid)
