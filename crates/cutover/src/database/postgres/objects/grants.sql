-- Privileges that differ from what an object of its sort has by itself: more than that, and less than that.
WITH held AS (
    SELECT place.prefix || c.relname AS name, c.relacl AS acl,
        acldefault(CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r'::"char" END, c.relowner) AS usual
    FROM pg_class c JOIN place ON place.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_class'::regclass AND objid = c.oid)
    UNION ALL
    SELECT place.prefix || c.relname || '.' || a.attname, a.attacl, acldefault('c', c.relowner)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN place ON place.oid = c.relnamespace
    WHERE a.attacl IS NOT NULL AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT place.prefix || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', p.proacl, acldefault('f', p.proowner)
    FROM pg_proc p JOIN place ON place.oid = p.pronamespace
    WHERE NOT EXISTS (SELECT FROM member WHERE classid = 'pg_proc'::regclass AND objid = p.oid)
    UNION ALL
    SELECT 'type ' || place.prefix || t.typname, t.typacl, acldefault('T', t.typowner)
    FROM pg_type t JOIN place ON place.oid = t.typnamespace
    WHERE NOT EXISTS (SELECT FROM member WHERE classid = 'pg_type'::regclass AND objid = t.oid)
    UNION ALL
    SELECT 'schema ' || n.nspname, n.nspacl, acldefault('n', n.nspowner)
    FROM pg_namespace n JOIN place ON place.oid = n.oid
    UNION ALL
    SELECT 'database', d.datacl, acldefault('d', d.datdba)
    FROM pg_database d WHERE d.datname = current_database()
    UNION ALL
    SELECT 'foreign server ' || s.srvname, s.srvacl, acldefault('S', s.srvowner)
    FROM pg_foreign_server s
),
difference AS (
    SELECT held.name, '' AS revoked, entry.*
    FROM held CROSS JOIN LATERAL (SELECT * FROM aclexplode(held.acl) EXCEPT SELECT * FROM aclexplode(held.usual)) entry
    UNION ALL
    SELECT held.name, ' revoked', entry.*
    FROM held CROSS JOIN LATERAL (SELECT * FROM aclexplode(held.usual) EXCEPT SELECT * FROM aclexplode(held.acl)) entry
    WHERE held.acl IS NOT NULL
)
SELECT
    'grant',
    difference.name || ': ' || privilege_type || ' to '
        || CASE WHEN grantee = 0 THEN 'public' ELSE pg_get_userbyid(grantee)::text END || revoked,
    property.key,
    property.value
FROM difference
CROSS JOIN LATERAL (VALUES
    ('grantor', pg_get_userbyid(grantor)::text),
    ('grantable', CASE WHEN is_grantable THEN 'yes' ELSE 'no' END)
) property (key, value)
UNION ALL
SELECT
    'default privileges',
    pg_get_userbyid(d.defaclrole) || coalesce(' in ' || NULLIF(d.defaclnamespace, 0)::regnamespace, '') || ' on '
        || CASE d.defaclobjtype
            WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'routines' WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas'
            ELSE 'large objects'
        END,
    'privileges',
    (SELECT string_agg(item::text, ', ' ORDER BY item::text) FROM unnest(d.defaclacl) item)
FROM pg_default_acl d
