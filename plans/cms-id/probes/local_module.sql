-- A module made here has no cms_id, another one neither, and no cms_id is given twice
-- Presumes at least one row in modules; what must not be NULL is copied from its oldest.
INSERT INTO modules (code, name, status)
SELECT 'cutover probe 1', name, status FROM modules WHERE id = (SELECT MIN(id) FROM modules);
INSERT INTO modules (code, name, status)
SELECT 'cutover probe 2', name, status FROM modules WHERE id = (SELECT MIN(id) FROM modules);
INSERT INTO modules (code, name, status, cms_id)
SELECT 'cutover probe 3', name, status, -2147483647 FROM modules WHERE id = (SELECT MIN(id) FROM modules);
--! refused
INSERT INTO modules (code, name, status, cms_id)
SELECT 'cutover probe 4', name, status, -2147483647 FROM modules WHERE id = (SELECT MIN(id) FROM modules);
SELECT 'made here, with a cms_id' AS problem, id, cms_id
FROM modules
WHERE code IN ('cutover probe 1', 'cutover probe 2') AND cms_id IS NOT NULL
UNION ALL
SELECT 'not entered: rows, and cms_ids among them', entered.made, entered.given
FROM (SELECT COUNT(*) AS made, COUNT(cms_id) AS given FROM modules WHERE code IN ('cutover probe 1', 'cutover probe 2', 'cutover probe 3')) entered
WHERE entered.made <> 3 OR entered.given <> 1;
