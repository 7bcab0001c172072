-- Report: candidates and batches per campus
SELECT campuses.code, COUNT(*) AS candidates, COUNT(DISTINCT candidates.batch_id) AS batches
FROM candidates JOIN campuses ON campuses.id = candidates.campus_id
WHERE candidates.deleted_at IS NULL GROUP BY campuses.code ORDER BY campuses.code
