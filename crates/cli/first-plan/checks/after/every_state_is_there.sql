-- Every state of a review is there
-- A check returns what is wrong: no row means that it passed.
SELECT COUNT(*) AS found
FROM review_states
WHERE code IN ('open', 'approved', 'rejected')
HAVING COUNT(*) <> 3;
