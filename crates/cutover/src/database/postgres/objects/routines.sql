-- Functions, procedures, window functions and aggregates.
SELECT
    'routine',
    place.prefix || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
    property.key,
    property.value
FROM pg_proc p
JOIN place ON place.oid = p.pronamespace
LEFT JOIN pg_aggregate a ON a.aggfnoid = p.oid
CROSS JOIN LATERAL (VALUES
    ('definition', CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END),
    ('kind', CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' WHEN 'w' THEN 'window function' ELSE 'function' END),
    ('result', CASE WHEN p.prokind = 'a' THEN pg_get_function_result(p.oid) END),
    ('transition function', CASE WHEN p.prokind = 'a' THEN a.aggtransfn::text END),
    ('final function', NULLIF(a.aggfinalfn::text, '-')),
    ('combine function', NULLIF(a.aggcombinefn::text, '-')),
    ('state type', CASE WHEN p.prokind = 'a' THEN format_type(a.aggtranstype, NULL) END),
    ('initial value', a.agginitval),
    ('parallel', CASE WHEN p.prokind = 'a' THEN p.proparallel::text END),
    ('owner', pg_get_userbyid(p.proowner)),
    ('comment', obj_description(p.oid, 'pg_proc'))
) property (key, value)
WHERE NOT EXISTS (SELECT FROM member WHERE classid = 'pg_proc'::regclass AND objid = p.oid)
