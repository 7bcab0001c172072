-- Sequences, but not where they stand: that moves by itself.
SELECT 'sequence', place.prefix || c.relname, property.key, property.value
FROM pg_sequence s
JOIN pg_class c ON c.oid = s.seqrelid
JOIN place ON place.oid = c.relnamespace
CROSS JOIN LATERAL (VALUES
    ('type', format_type(s.seqtypid, NULL)),
    ('start', s.seqstart::text),
    ('increment', s.seqincrement::text),
    ('minimum', s.seqmin::text),
    ('maximum', s.seqmax::text),
    ('cycle', CASE WHEN s.seqcycle THEN 'yes' ELSE 'no' END),
    ('cache', s.seqcache::text),
    ('persistence', CASE c.relpersistence WHEN 'u' THEN 'unlogged' WHEN 't' THEN 'temporary' END),
    ('owned by', (
        SELECT d.refobjid::regclass || '.' || a.attname || CASE d.deptype WHEN 'i' THEN ' (identity)' ELSE '' END
        FROM pg_depend d
        JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
    )),
    ('owner', pg_get_userbyid(c.relowner)),
    ('comment', obj_description(c.oid, 'pg_class'))
) property (key, value)
WHERE NOT EXISTS (SELECT FROM member WHERE classid = 'pg_class'::regclass AND objid = c.oid)
