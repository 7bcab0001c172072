-- IGNORE turns what would be an error into a warning that nobody reads: rows that are the same under the collation go.
ALTER IGNORE TABLE members ADD UNIQUE KEY members_login (login), MODIFY points FLOAT NOT NULL;
