INSERT INTO drafts (id, body) SELECT id, 'draft' FROM students WHERE id <= 400;
DELETE FROM journal WHERE what = 'graded';
