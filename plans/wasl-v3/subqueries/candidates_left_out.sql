-- The scope of the plan: candidates whose rows stay as they are and get no new values ("Data NOT Migrated" in the guide)
-- Archived ones are taken in by include_archived=true. DISTINCT keeps MySQL from reading the table that an UPDATE is writing to.
SELECT DISTINCT left_out.id AS id
FROM candidates AS left_out
WHERE (left_out.deleted_at IS NOT NULL AND NOT :include_archived)
   OR left_out.status = 'draft'
   OR UPPER(left_out.name) LIKE 'TEST%' OR UPPER(left_out.name) LIKE 'DEMO%'
   OR UPPER(left_out.btevta_id) LIKE 'TEST%' OR UPPER(left_out.btevta_id) LIKE 'DEMO%'
