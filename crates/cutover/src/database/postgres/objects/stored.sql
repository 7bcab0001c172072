-- Objects that read columns of a table, and the statements that make them: views at every depth, triggers, indexes over expressions,
-- checks; policies, rules and generated columns as what cannot be carried along. Columns are separated by line feeds.
viewing AS (
    SELECT d.refobjid AS root, d.refobjsubid AS attnum, r.ev_class AS view, 1 AS depth
    FROM pg_depend d
    JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    JOIN pg_class c ON c.oid = d.refobjid AND c.relkind IN ('r', 'p')
    JOIN place ON place.oid = c.relnamespace
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND r.ev_class <> d.refobjid
    UNION
    SELECT viewing.root, viewing.attnum, r.ev_class, viewing.depth + 1
    FROM viewing
    JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = viewing.view
    JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid AND r.ev_class <> viewing.view
    WHERE viewing.depth < 64
),
view AS (
    SELECT v.root, max(v.depth) AS depth, v.view, place.prefix, c.relname, c.relkind, c.relowner, c.relacl, c.reloptions,
        format('%I.%I', n.nspname, c.relname) AS quoted,
        (SELECT string_agg(DISTINCT a.attname, E'\n') FROM viewing w JOIN pg_attribute a ON a.attrelid = w.root AND a.attnum = w.attnum
         WHERE w.root = v.root AND w.view = v.view) AS columns,
        CASE
            WHEN c.relkind = 'm' THEN 'it is a materialized view, whose contents would have to be made again'
            WHEN EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = c.oid AND r.rulename <> '_RETURN') THEN 'it has rules'
            WHEN EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) THEN 'it has triggers'
            WHEN EXISTS (SELECT FROM pg_attrdef d WHERE d.adrelid = c.oid) THEN 'its columns have defaults'
            WHEN EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL) THEN 'its columns have privileges'
        END AS obstacle
    FROM viewing v
    JOIN pg_class c ON c.oid = v.view
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN place ON place.oid = c.relnamespace
    GROUP BY v.root, v.view, place.prefix, c.oid, c.relname, c.relkind, c.relowner, c.relacl, c.reloptions, n.nspname
),
reading AS (
    SELECT d.refobjid AS root, d.classid, d.objid, string_agg(DISTINCT a.attname, E'\n') AS columns
    FROM pg_depend d
    JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    JOIN pg_class c ON c.oid = d.refobjid AND c.relkind IN ('r', 'p')
    JOIN place ON place.oid = c.relnamespace
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
    GROUP BY d.refobjid, d.classid, d.objid
)
SELECT root, lpad(depth::text, 4, '0') AS depth, kind, name, coalesce(columns, '') AS columns, coalesce(obstacle, '') AS obstacle,
    lpad(position::text, 4, '0') AS position, coalesce(statement, '') AS statement, coalesce(back, '') AS back
FROM (
    SELECT root, depth + 100 AS depth, CASE relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END AS kind, prefix || relname AS name,
        columns, obstacle, part.position, part.statement, part.back
    FROM view CROSS JOIN LATERAL (
        SELECT 1 AS position,
            'CREATE VIEW ' || quoted || coalesce(' WITH (' || array_to_string(reloptions, ', ') || ')', '') || ' AS '
                || rtrim(pg_get_viewdef(view), ';') AS statement,
            'DROP VIEW ' || quoted AS back
        UNION ALL
        SELECT 2 + (row_number() OVER (ORDER BY entry.grantee, entry.privilege_type))::integer,
            'GRANT ' || entry.privilege_type || ' ON ' || quoted || ' TO '
                || CASE entry.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(entry.grantee)) END
                || CASE WHEN entry.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END,
            'REVOKE ' || entry.privilege_type || ' ON ' || quoted || ' FROM '
                || CASE entry.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(entry.grantee)) END
        FROM aclexplode(relacl) entry WHERE entry.grantee <> relowner
        UNION ALL
        SELECT 1000, 'COMMENT ON VIEW ' || quoted || ' IS ' || quote_literal(obj_description(view, 'pg_class')),
            'COMMENT ON VIEW ' || quoted || ' IS NULL'
        WHERE obj_description(view, 'pg_class') IS NOT NULL
        UNION ALL
        SELECT 1000 + a.attnum, 'COMMENT ON COLUMN ' || quoted || '.' || quote_ident(a.attname) || ' IS '
            || quote_literal(col_description(view, a.attnum)), 'COMMENT ON COLUMN ' || quoted || '.' || quote_ident(a.attname) || ' IS NULL'
        FROM pg_attribute a WHERE a.attrelid = view AND a.attnum > 0 AND col_description(view, a.attnum) IS NOT NULL
        UNION ALL
        SELECT 9000, 'ALTER VIEW ' || quoted || ' OWNER TO ' || quote_ident(pg_get_userbyid(relowner)),
            'ALTER VIEW ' || quoted || ' OWNER TO CURRENT_USER'
    ) part
    UNION ALL
    SELECT reading.root, 3, 'trigger', place.prefix || c.relname || '.' || t.tgname, reading.columns,
        CASE WHEN t.tgenabled <> 'O' THEN 'it is not simply enabled' WHEN t.tgisinternal THEN 'it belongs to a constraint' END,
        1, pg_get_triggerdef(t.oid), format('DROP TRIGGER %I ON %I.%I', t.tgname, n.nspname, c.relname)
    FROM reading
    JOIN pg_trigger t ON reading.classid = 'pg_trigger'::regclass AND t.oid = reading.objid
    JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN place ON place.oid = c.relnamespace
    UNION ALL
    SELECT reading.root, 2, 'index', place.prefix || c.relname || '.' || x.relname, reading.columns,
        CASE WHEN NOT i.indisvalid THEN 'it is not valid' WHEN i.indisclustered OR i.indisreplident THEN 'the table is clustered by it, or replicated' END,
        1, pg_get_indexdef(x.oid), format('DROP INDEX %I.%I', n.nspname, x.relname)
    FROM reading
    JOIN pg_index i ON reading.classid = 'pg_class'::regclass AND i.indexrelid = reading.objid
    JOIN pg_class x ON x.oid = i.indexrelid
    JOIN pg_class c ON c.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = x.relnamespace
    JOIN place ON place.oid = c.relnamespace
    WHERE i.indpred IS NOT NULL OR i.indexprs IS NOT NULL
    UNION ALL
    SELECT reading.root, 1, 'constraint', place.prefix || c.relname || '.' || con.conname, reading.columns, NULL,
        1, format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s', n.nspname, c.relname, con.conname, pg_get_constraintdef(con.oid)),
        format('ALTER TABLE %I.%I DROP CONSTRAINT %I', n.nspname, c.relname, con.conname)
    FROM reading
    JOIN pg_constraint con ON reading.classid = 'pg_constraint'::regclass AND con.oid = reading.objid AND con.contype = 'c'
    JOIN pg_class c ON c.oid = con.conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN place ON place.oid = c.relnamespace
    UNION ALL
    SELECT reading.root, 4, 'policy', place.prefix || c.relname || '.' || p.polname, reading.columns,
        'policies have to be made again by a person', 1, NULL, NULL
    FROM reading
    JOIN pg_policy p ON reading.classid = 'pg_policy'::regclass AND p.oid = reading.objid
    JOIN pg_class c ON c.oid = p.polrelid
    JOIN place ON place.oid = c.relnamespace
    UNION ALL
    SELECT reading.root, 5, 'column', place.prefix || c.relname || '.' || a.attname, reading.columns,
        'the database computes it from this one', 1, NULL, NULL
    FROM reading
    JOIN pg_attrdef d ON reading.classid = 'pg_attrdef'::regclass AND d.oid = reading.objid
    JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum AND a.attgenerated <> ''
    JOIN pg_class c ON c.oid = d.adrelid
    JOIN place ON place.oid = c.relnamespace
) found
ORDER BY root, depth, kind, name, position
