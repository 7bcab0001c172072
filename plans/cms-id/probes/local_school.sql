-- A school made here has no cms_id, another one neither, and no cms_id is given twice
-- Presumes at least one row in schools; what must not be NULL is copied from its oldest.
INSERT INTO schools (code, name, is_active)
SELECT 'cutover probe 1', name, is_active FROM schools WHERE id = (SELECT MIN(id) FROM schools);
INSERT INTO schools (code, name, is_active)
SELECT 'cutover probe 2', name, is_active FROM schools WHERE id = (SELECT MIN(id) FROM schools);
INSERT INTO schools (code, name, is_active, cms_id)
SELECT 'cutover probe 3', name, is_active, -2147483647 FROM schools WHERE id = (SELECT MIN(id) FROM schools);
--! refused
INSERT INTO schools (code, name, is_active, cms_id)
SELECT 'cutover probe 4', name, is_active, -2147483647 FROM schools WHERE id = (SELECT MIN(id) FROM schools);
SELECT 'made here, with a cms_id' AS problem, id, cms_id
FROM schools
WHERE code IN ('cutover probe 1', 'cutover probe 2') AND cms_id IS NOT NULL
UNION ALL
SELECT 'not entered: rows, and cms_ids among them', entered.made, entered.given
FROM (SELECT COUNT(*) AS made, COUNT(cms_id) AS given FROM schools WHERE code IN ('cutover probe 1', 'cutover probe 2', 'cutover probe 3')) entered
WHERE entered.made <> 3 OR entered.given <> 1;
