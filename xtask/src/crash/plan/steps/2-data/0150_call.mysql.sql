-- What commits by itself as far as anybody knows
--! tables = ["journal"]
--! done_when = "SELECT 1 FROM journal WHERE id = 90000"
CALL enter_end();
