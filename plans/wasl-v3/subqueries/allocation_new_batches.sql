-- Batches to create: as many as the candidates need who find no room in one that was created before
SELECT grouped.prefix AS prefix, COALESCE(highest.batch_number, 0) + grouped.chunk AS batch_number,
    grouped.campus_id AS campus_id, grouped.trade_id AS trade_id, grouped.start_date AS start_date
FROM (
    SELECT waiting.prefix AS prefix, waiting.chunk AS chunk, MIN(waiting.campus_id) AS campus_id, MIN(waiting.trade_id) AS trade_id,
        DATE(MIN(waiting.registered_at)) AS start_date
    FROM (
        SELECT unplaced.prefix, unplaced.campus_id, unplaced.trade_id, unplaced.registered_at,
            CAST((unplaced.place - COALESCE(room.free, 0) - 1 - (unplaced.place - COALESCE(room.free, 0) - 1) % :batch_size) / :batch_size AS SIGNED) + 1 AS chunk
        FROM :allocation_unplaced AS unplaced
        LEFT JOIN (SELECT prefix, SUM(free) AS free FROM :allocation_room AS rooms GROUP BY prefix) AS room ON room.prefix = unplaced.prefix
        WHERE unplaced.place > COALESCE(room.free, 0)
    ) AS waiting
    GROUP BY waiting.prefix, waiting.chunk
) AS grouped
LEFT JOIN :allocation_highest AS highest ON highest.prefix = grouped.prefix
