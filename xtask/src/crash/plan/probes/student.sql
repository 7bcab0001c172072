-- A new student has no cms_id
INSERT INTO students (id, name, status) VALUES (900001, 'Probe', 'active');
SELECT id, cms_id FROM students WHERE id = 900001 AND cms_id IS NOT NULL;
