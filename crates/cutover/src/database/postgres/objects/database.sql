-- What belongs to the database as a whole: itself, its settings, schemas, extensions, event triggers, statistics objects,
-- servers, and what is rare.
SELECT 'database', 'properties', property.key, property.value
FROM pg_database d
CROSS JOIN LATERAL (VALUES
    ('owner', pg_get_userbyid(d.datdba)::text),
    ('encoding', pg_encoding_to_char(d.encoding)::text),
    ('collation', d.datcollate::text),
    ('character class', d.datctype::text),
    ('comment', shobj_description(d.oid, 'pg_database'))
) property (key, value)
WHERE d.datname = current_database()
UNION ALL
SELECT
    'database',
    'setting ' || split_part(setting, '=', 1) || coalesce(' of role ' || NULLIF(s.setrole, 0)::regrole, ''),
    'value',
    substr(setting, strpos(setting, '=') + 1)
FROM pg_db_role_setting s
CROSS JOIN LATERAL unnest(s.setconfig) setting
WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
UNION ALL
SELECT 'schema', place.nspname, property.key, property.value
FROM place
JOIN pg_namespace n ON n.oid = place.oid
CROSS JOIN LATERAL (VALUES
    ('owner', pg_get_userbyid(n.nspowner)::text),
    ('comment', obj_description(n.oid, 'pg_namespace'))
) property (key, value)
WHERE NOT EXISTS (SELECT FROM member WHERE classid = 'pg_namespace'::regclass AND objid = n.oid)
UNION ALL
SELECT 'extension', e.extname, property.key, property.value
FROM pg_extension e
CROSS JOIN LATERAL (VALUES ('version', e.extversion), ('schema', e.extnamespace::regnamespace::text)) property (key, value)
UNION ALL
SELECT 'event', e.evtname, property.key, property.value
FROM pg_event_trigger e
CROSS JOIN LATERAL (VALUES
    ('event', e.evtevent::text),
    ('function', e.evtfoid::regprocedure::text),
    ('enabled', CASE e.evtenabled WHEN 'O' THEN 'yes' WHEN 'D' THEN 'no' WHEN 'R' THEN 'replica' ELSE 'always' END),
    ('tags', array_to_string(e.evttags, ', ')),
    ('owner', pg_get_userbyid(e.evtowner)::text),
    ('comment', obj_description(e.oid, 'pg_event_trigger'))
) property (key, value)
WHERE NOT EXISTS (SELECT FROM member WHERE classid = 'pg_event_trigger'::regclass AND objid = e.oid)
UNION ALL
SELECT 'statistics', place.prefix || s.stxname, property.key, property.value
FROM pg_statistic_ext s
JOIN place ON place.oid = s.stxnamespace
CROSS JOIN LATERAL (VALUES
    ('definition', pg_get_statisticsobjdef(s.oid)),
    ('owner', pg_get_userbyid(s.stxowner)::text),
    ('comment', obj_description(s.oid, 'pg_statistic_ext'))
) property (key, value)
UNION ALL
SELECT 'object', 'foreign server ' || s.srvname, property.key, property.value
FROM pg_foreign_server s
JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
CROSS JOIN LATERAL (VALUES
    ('wrapper', w.fdwname::text),
    ('type', s.srvtype),
    ('version', s.srvversion),
    ('owner', pg_get_userbyid(s.srvowner)::text),
    -- Only the names: a value may be a secret.
    ('options', (SELECT string_agg(option_name, ', ' ORDER BY option_name) FROM pg_options_to_table(s.srvoptions)))
) property (key, value)
WHERE NOT EXISTS (SELECT FROM member WHERE classid = 'pg_foreign_server'::regclass AND objid = s.oid)
UNION ALL
SELECT 'object', 'user mapping for ' || m.usename || ' on server ' || m.srvname, 'server', m.srvname
FROM pg_user_mappings m
UNION ALL
SELECT 'object', rare.type || ' ' || rare.identity, 'kind', rare.type
FROM (
    SELECT 'pg_collation'::regclass AS class, oid FROM pg_collation
    UNION ALL SELECT 'pg_operator'::regclass, oid FROM pg_operator
    UNION ALL SELECT 'pg_cast'::regclass, oid FROM pg_cast
    UNION ALL SELECT 'pg_language'::regclass, oid FROM pg_language
    UNION ALL SELECT 'pg_opclass'::regclass, oid FROM pg_opclass
    UNION ALL SELECT 'pg_opfamily'::regclass, oid FROM pg_opfamily
    UNION ALL SELECT 'pg_conversion'::regclass, oid FROM pg_conversion
    UNION ALL SELECT 'pg_ts_config'::regclass, oid FROM pg_ts_config
    UNION ALL SELECT 'pg_ts_dict'::regclass, oid FROM pg_ts_dict
    UNION ALL SELECT 'pg_transform'::regclass, oid FROM pg_transform
    UNION ALL SELECT 'pg_subscription'::regclass, oid FROM pg_subscription -- since 14
        WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()) -- since 14
) found
CROSS JOIN LATERAL pg_identify_object(found.class, found.oid, 0) rare
-- Below 16384 is what every new database has.
WHERE found.oid >= 16384
  AND NOT EXISTS (SELECT FROM member WHERE classid = found.class AND objid = found.oid)
