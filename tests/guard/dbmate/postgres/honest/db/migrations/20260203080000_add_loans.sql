-- migrate:up
CREATE TYPE loan_state AS ENUM ('out', 'back');
CREATE TABLE loans (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  file_id integer NOT NULL REFERENCES files (id),
  state loan_state NOT NULL DEFAULT 'out'
);
ALTER TABLE files ADD COLUMN pages integer CHECK (pages > 0);
CREATE INDEX files_title ON files (lower(title));

-- migrate:down
DROP INDEX files_title;
ALTER TABLE files DROP COLUMN pages;
DROP TABLE loans;
DROP TYPE loan_state;
