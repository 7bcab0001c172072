-- migrate:up
-- Labels take the place of numbers. CASCADE takes the view and the index with the column.
ALTER TABLE files ADD COLUMN shelf varchar(40);
UPDATE files SET shelf = shelves.label FROM shelves WHERE shelves.id = files.shelf_id;
ALTER TABLE files DROP COLUMN shelf_id CASCADE;

-- migrate:down
DROP TABLE files;
