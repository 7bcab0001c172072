-- The latest completed schedule of each candidate in the scope: by completion, then by start, then by id
SELECT latest.candidate_id AS candidate_id, latest.batch_id AS batch_id, latest.start_date AS start_date, latest.completion_date AS completion_date,
    latest.instructor_id AS instructor_id, latest.created_at AS created_at, latest.updated_at AS updated_at
FROM (
    SELECT training_schedules.candidate_id, candidates.batch_id, training_schedules.start_date, training_schedules.completion_date,
        training_schedules.instructor_id, training_schedules.created_at, training_schedules.updated_at,
        ROW_NUMBER() OVER (PARTITION BY training_schedules.candidate_id
            ORDER BY training_schedules.completion_date DESC, training_schedules.start_date DESC, training_schedules.id DESC) AS place
    FROM training_schedules
    JOIN candidates ON candidates.id = training_schedules.candidate_id
    WHERE training_schedules.technical_training_status = 'completed' AND training_schedules.candidate_id NOT IN :candidates_left_out
) AS latest
WHERE latest.place = 1
