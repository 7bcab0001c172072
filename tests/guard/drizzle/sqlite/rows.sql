INSERT INTO authors (id, email, name, plan) VALUES
  (1, 'ada@example.com', 'Ada', 'paid'),
  (2, 'grace@example.com', 'Grace', 'free'),
  (3, 'edsger@example.com', 'Edsger', 'free');
INSERT INTO posts (id, author_id, title, words) VALUES
  (1, 1, 'Notes on the engine', 20400),
  (2, 2, 'The first bug', 310),
  (3, 2, 'Compilers for everybody', 1850),
  (4, 3, 'On simplicity', 990);
INSERT INTO drafts (id, reviewer_id, body) VALUES
  (1, 1, 'to be continued'),
  (2, 3, 'too long'),
  (3, NULL, 'nobody has looked at it');
