-- Triggers, rules and policies of tables and views. The triggers behind constraints are told with their constraints.
SELECT 'trigger', place.prefix || c.relname || '.' || tg.tgname, property.key, property.value
FROM pg_trigger tg
JOIN pg_class c ON c.oid = tg.tgrelid
JOIN place ON place.oid = c.relnamespace
CROSS JOIN LATERAL (VALUES
    ('definition', pg_get_triggerdef(tg.oid)),
    ('enabled', CASE tg.tgenabled WHEN 'O' THEN 'yes' WHEN 'D' THEN 'no' WHEN 'R' THEN 'replica' ELSE 'always' END),
    ('comment', obj_description(tg.oid, 'pg_trigger'))
) property (key, value)
WHERE NOT tg.tgisinternal
  -- The fence of an in-place run.
  AND tg.tgfoid IS DISTINCT FROM to_regprocedure('cutover.guard()')
  AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_class'::regclass AND objid = c.oid)
UNION ALL
SELECT 'rule', place.prefix || c.relname || '.' || r.rulename, property.key, property.value
FROM pg_rewrite r
JOIN pg_class c ON c.oid = r.ev_class
JOIN place ON place.oid = c.relnamespace
CROSS JOIN LATERAL (VALUES
    ('definition', pg_get_ruledef(r.oid)),
    ('enabled', CASE r.ev_enabled WHEN 'O' THEN 'yes' WHEN 'D' THEN 'no' WHEN 'R' THEN 'replica' ELSE 'always' END),
    ('comment', obj_description(r.oid, 'pg_rewrite'))
) property (key, value)
WHERE r.rulename <> '_RETURN'
  AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_class'::regclass AND objid = c.oid)
UNION ALL
SELECT 'policy', place.prefix || c.relname || '.' || p.polname, property.key, property.value
FROM pg_policy p
JOIN pg_class c ON c.oid = p.polrelid
JOIN place ON place.oid = c.relnamespace
CROSS JOIN LATERAL (VALUES
    ('permissive', p.polpermissive::text),
    ('command', CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' WHEN 'd' THEN 'delete' ELSE 'all' END),
    ('roles', (
        SELECT string_agg(name, ', ' ORDER BY name)
        FROM (SELECT CASE WHEN role = 0 THEN 'public' ELSE pg_get_userbyid(role)::text END AS name FROM unnest(p.polroles) role) roles
    )),
    ('using', pg_get_expr(p.polqual, p.polrelid)),
    ('check', pg_get_expr(p.polwithcheck, p.polrelid)),
    ('comment', obj_description(p.oid, 'pg_policy'))
) property (key, value)
