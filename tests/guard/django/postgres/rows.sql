INSERT INTO library_reader (id, name, email) VALUES (1, 'Ada', 'ada@example.com'), (2, 'Grace', 'grace@example.com');
INSERT INTO library_loan (id, reader_id, title, due, fine) VALUES
  (1, 1, 'Sketch of the Analytical Engine', '2026-01-15', 1.20),
  (2, 1, 'On Growth and Form', '2026-02-20', 3.50),
  (3, 2, 'Understanding Computers', '2026-03-31', 0);
SELECT setval('library_reader_id_seq', 2), setval('library_loan_id_seq', 3);
