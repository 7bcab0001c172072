-- Created batches that are not full: places `upto - free + 1` to `upto` of those who wait are theirs
SELECT room.batch_id AS batch_id, room.prefix AS prefix, room.free AS free,
    SUM(room.free) OVER (PARTITION BY room.prefix ORDER BY room.batch_number, room.batch_id) AS upto
FROM (
    SELECT created.batch_id AS batch_id, created.prefix AS prefix, created.batch_number AS batch_number,
        created.capacity - COALESCE(members.candidates, 0) AS free
    FROM :allocation_created AS created
    LEFT JOIN (SELECT batch_id, COUNT(*) AS candidates FROM candidates WHERE batch_id IS NOT NULL GROUP BY batch_id) AS members
        ON members.batch_id = created.batch_id
) AS room
WHERE room.free > 0
