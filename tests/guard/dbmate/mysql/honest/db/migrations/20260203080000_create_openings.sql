-- migrate:up
CREATE TABLE openings (
  subscriber_id INT UNSIGNED NOT NULL,
  letter_id INT UNSIGNED NOT NULL,
  opened_at DATETIME NOT NULL,
  PRIMARY KEY (subscriber_id, letter_id),
  FOREIGN KEY (subscriber_id) REFERENCES subscribers (id),
  FOREIGN KEY (letter_id) REFERENCES letters (id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;

ALTER TABLE subscribers ADD COLUMN confirmed BOOLEAN NOT NULL DEFAULT FALSE, ADD INDEX subscribers_joined_on (joined_on);

-- migrate:down
ALTER TABLE subscribers DROP INDEX subscribers_joined_on, DROP COLUMN confirmed;
DROP TABLE openings;
