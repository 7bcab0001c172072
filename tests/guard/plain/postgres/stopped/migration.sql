-- With ON_ERROR_STOP it ends with 3, and what came before the failure stays: each statement was a transaction of its own.
UPDATE shifts SET hours = hours - 0.25 WHERE hours > 8;
ALTER TABLE swaps ADD COLUMN granted boolean NOT NULL;
UPDATE swaps SET granted = wish IS NOT NULL;
