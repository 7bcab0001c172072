CREATE TABLE badges (member_id INT UNSIGNED NOT NULL, name VARCHAR(40) NOT NULL, PRIMARY KEY (member_id, name), FOREIGN KEY (member_id) REFERENCES members (id));
ALTER TABLE members ADD COLUMN locale CHAR(5) NOT NULL DEFAULT 'en_GB';
UPDATE members SET locale = 'fr_FR' WHERE login = 'ada';
