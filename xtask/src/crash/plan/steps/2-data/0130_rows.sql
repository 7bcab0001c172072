-- Rows come and go, as granted
INSERT INTO journal (id, what) SELECT id, 'graded' FROM students WHERE id <= 1500;
DELETE FROM drafts;
