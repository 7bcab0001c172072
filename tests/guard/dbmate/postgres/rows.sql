INSERT INTO shelves (id, label) VALUES (1, 'A'), (2, 'B'), (3, 'b');
INSERT INTO files (id, shelf_id, title) VALUES (1, 1, 'Deeds'), (2, 1, 'Letters'), (3, 2, 'Maps'), (4, 3, 'More maps');
SELECT setval('shelves_id_seq', 3), setval('files_id_seq', 4);
