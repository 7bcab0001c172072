-- One digest of all contents and of the system catalog, by the server's own means. Left out is what moves by itself:
-- sizes, statistics, ages, and where sequences stand.
SELECT md5(string_agg(line, E'\n' ORDER BY line))
FROM (
    SELECT c.oid::regclass || ' ' || query_to_xml(format('SELECT t::text FROM ONLY %s t ORDER BY 1', c.oid::regclass), true, true, '')::text AS line
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    UNION ALL
    SELECT 'class ' || (to_jsonb(c) - '{relpages,reltuples,relallvisible,relfrozenxid,relminmxid}'::text[])::text FROM pg_class c
    UNION ALL SELECT 'attribute ' || a::text FROM pg_attribute a
    UNION ALL SELECT 'default ' || d::text FROM pg_attrdef d
    UNION ALL SELECT 'constraint ' || c::text FROM pg_constraint c
    UNION ALL SELECT 'index ' || i::text FROM pg_index i
    UNION ALL SELECT 'trigger ' || t::text FROM pg_trigger t
    UNION ALL SELECT 'event trigger ' || t::text FROM pg_event_trigger t
    UNION ALL SELECT 'rule ' || r::text FROM pg_rewrite r
    UNION ALL SELECT 'policy ' || p::text FROM pg_policy p
    UNION ALL SELECT 'routine ' || p::text FROM pg_proc p
    UNION ALL SELECT 'type ' || t::text FROM pg_type t
    UNION ALL SELECT 'label ' || e::text FROM pg_enum e
    UNION ALL SELECT 'schema ' || n::text FROM pg_namespace n
    UNION ALL SELECT 'comment ' || d::text FROM pg_description d
    UNION ALL SELECT 'privileges ' || a::text FROM pg_default_acl a
    UNION ALL SELECT 'publication ' || p::text FROM pg_publication p
    UNION ALL SELECT 'sequence ' || s::text FROM pg_sequence s
    UNION ALL SELECT 'statistics ' || s::text FROM pg_statistic_ext s
) lines
