-- Indexes, those behind constraints too.
SELECT 'index', place.prefix || c.relname || '.' || x.relname, property.key, property.value
FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_class c ON c.oid = i.indrelid
JOIN place ON place.oid = c.relnamespace
CROSS JOIN LATERAL (VALUES
    ('definition', pg_get_indexdef(i.indexrelid)),
    ('valid', CASE WHEN i.indisvalid THEN 'yes' ELSE 'no' END),
    ('ready', CASE WHEN i.indisready THEN 'yes' ELSE 'no' END),
    ('unique', CASE WHEN i.indisunique THEN 'yes' ELSE 'no' END),
    ('primary', CASE WHEN i.indisprimary THEN 'yes' END),
    ('clustered', CASE WHEN i.indisclustered THEN 'yes' END),
    ('replica identity', CASE WHEN i.indisreplident THEN 'yes' END),
    ('tablespace', (SELECT spcname FROM pg_tablespace WHERE oid = x.reltablespace)),
    ('comment', obj_description(x.oid, 'pg_class'))
) property (key, value)
WHERE NOT EXISTS (SELECT FROM member WHERE classid = 'pg_class'::regclass AND objid = c.oid)
