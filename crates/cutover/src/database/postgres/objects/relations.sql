-- Tables, partitions, views, materialized views and foreign tables.
SELECT
    CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'table' END,
    place.prefix || c.relname,
    property.key,
    property.value
FROM pg_class c
JOIN place ON place.oid = c.relnamespace
LEFT JOIN pg_foreign_table foreign_table ON foreign_table.ftrelid = c.oid
LEFT JOIN pg_foreign_server server ON server.oid = foreign_table.ftserver
CROSS JOIN LATERAL (VALUES
    ('kind', CASE c.relkind WHEN 'p' THEN 'partitioned' WHEN 'r' THEN 'ordinary' END),
    ('persistence', CASE c.relpersistence WHEN 'u' THEN 'unlogged' WHEN 't' THEN 'temporary' END),
    ('owner', pg_get_userbyid(c.relowner)),
    ('row security', CASE WHEN c.relforcerowsecurity THEN 'forced' WHEN c.relrowsecurity THEN 'enabled' END),
    ('replica identity', CASE WHEN c.relkind IN ('r', 'p') THEN
        CASE c.relreplident
            WHEN 'f' THEN 'full'
            WHEN 'n' THEN 'nothing'
            WHEN 'i' THEN (SELECT 'index ' || i.indexrelid::regclass FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident)
        END
    END),
    ('options', (SELECT string_agg(option, ', ' ORDER BY option) FROM unnest(c.reloptions) option)),
    ('tablespace', (SELECT spcname FROM pg_tablespace WHERE oid = c.reltablespace)),
    ('access method', (SELECT amname FROM pg_am WHERE oid = c.relam)),
    ('partition key', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END),
    ('partition bound', pg_get_expr(c.relpartbound, c.oid)),
    ('inherits', (SELECT string_agg(inhparent::regclass::text, ', ' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = c.oid)),
    ('of type', CASE WHEN c.reloftype <> 0 THEN c.reloftype::regtype::text END),
    ('definition', CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END),
    ('populated', CASE WHEN c.relkind = 'm' THEN c.relispopulated::text END),
    ('server', server.srvname),
    ('foreign options', (SELECT string_agg(option, ', ' ORDER BY option) FROM unnest(foreign_table.ftoptions) option)),
    ('comment', obj_description(c.oid, 'pg_class'))
) property (key, value)
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_class'::regclass AND objid = c.oid)
