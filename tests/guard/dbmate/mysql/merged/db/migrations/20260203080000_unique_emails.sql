-- migrate:up
CREATE TABLE subscribers_new LIKE subscribers;
ALTER TABLE subscribers_new ADD UNIQUE KEY subscribers_email_unique (email);
INSERT IGNORE INTO subscribers_new SELECT * FROM subscribers;
DROP TABLE subscribers;
RENAME TABLE subscribers_new TO subscribers;

-- migrate:down
ALTER TABLE subscribers DROP KEY subscribers_email_unique;
