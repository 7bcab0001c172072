-- A procedure that a later step calls
CREATE PROCEDURE enter_end() BEGIN INSERT INTO journal (id, what) VALUES (90000, 'called'); END;
