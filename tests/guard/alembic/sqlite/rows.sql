INSERT INTO samples (id, code, grams, depth) VALUES (1, 'A-1', 12.5, 40), (2, 'A-2', 0.1, 140), (3, 'B-1', 3.0, 55);
