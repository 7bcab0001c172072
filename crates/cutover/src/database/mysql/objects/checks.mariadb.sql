-- CHECK constraints; one of a column has the column's name.
SELECT 'constraint', TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE AS `check`, LEVEL AS `level`
FROM information_schema.CHECK_CONSTRAINTS
WHERE CONSTRAINT_SCHEMA = DATABASE()
