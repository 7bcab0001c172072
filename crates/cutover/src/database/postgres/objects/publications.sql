-- Publications and what they publish. The list of a publication FOR ALL TABLES is left out: it grows with every table.
SELECT 'publication', p.pubname, property.key, property.value
FROM pg_publication p
CROSS JOIN LATERAL (VALUES
    ('all tables', CASE WHEN p.puballtables THEN 'yes' END),
    ('operations', concat_ws(', ',
        CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
        CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END)),
    ('via root', p.pubviaroot::text),
    ('owner', pg_get_userbyid(p.pubowner)::text),
    ('tables', (
        SELECT string_agg(r.prrelid::regclass::text
            || coalesce(' where ' || pg_get_expr(r.prqual, r.prrelid), '') -- since 15
            || coalesce(' columns ' || r.prattrs::text, '') -- since 15
            , ', ' ORDER BY r.prrelid::regclass::text)
        FROM pg_publication_rel r WHERE r.prpubid = p.oid
    )),
    ('schemas', (SELECT string_agg(pnnspid::regnamespace::text, ', ' ORDER BY pnnspid::regnamespace::text) FROM pg_publication_namespace WHERE pnpubid = p.oid)), -- since 15
    ('comment', obj_description(p.oid, 'pg_publication'))
) property (key, value)
