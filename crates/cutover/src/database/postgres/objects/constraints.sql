-- Constraints of tables and domains. NOT NULL is a property of its column, also where PostgreSQL 18 keeps it as a constraint.
SELECT
    'constraint',
    place.prefix || coalesce(c.relname, t.typname) || '.' || con.conname,
    property.key,
    property.value
FROM pg_constraint con
LEFT JOIN pg_class c ON c.oid = con.conrelid
LEFT JOIN pg_type t ON t.oid = con.contypid
JOIN place ON place.oid = coalesce(c.relnamespace, t.typnamespace)
CROSS JOIN LATERAL (VALUES
    ('definition', pg_get_constraintdef(con.oid)),
    ('validated', CASE WHEN con.convalidated THEN 'yes' ELSE 'no' END),
    ('deferrable', CASE WHEN con.condeferred THEN 'initially deferred' WHEN con.condeferrable THEN 'initially immediate' END),
    ('no inherit', CASE WHEN con.connoinherit AND con.contype = 'c' THEN 'yes' END),
    -- What ALTER TABLE … DISABLE TRIGGER ALL does to a foreign key: it is there, and checks nothing.
    ('triggers', (
        SELECT string_agg(
            tgrelid::regclass || ' ' || CASE tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END,
            ', ' ORDER BY tgrelid::regclass::text, tgtype, tgenabled)
        FROM pg_trigger WHERE tgconstraint = con.oid AND tgisinternal AND tgenabled <> 'O'
    )),
    ('comment', obj_description(con.oid, 'pg_constraint'))
) property (key, value)
WHERE con.contype NOT IN ('n', 't')
  AND NOT EXISTS (
      SELECT FROM member
      WHERE (classid, objid) IN (('pg_class'::regclass, con.conrelid), ('pg_type'::regclass, con.contypid))
  )
