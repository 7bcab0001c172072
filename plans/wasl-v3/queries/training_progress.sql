-- Report: training progress per batch
SELECT batches.batch_code, training_schedules.status, COUNT(*) AS schedules
FROM training_schedules JOIN batches ON batches.id = training_schedules.batch_id
GROUP BY batches.batch_code, training_schedules.status ORDER BY batches.batch_code, training_schedules.status
