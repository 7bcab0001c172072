-- Every status is one of the 17 of v3
SELECT id, status
FROM candidates
WHERE status NOT IN ('listed', 'pre_departure_docs', 'screening', 'screened', 'allocated', 'registered', 'training', 'training_complete', 'visa_process',
    'visa_approved', 'ready_to_depart', 'departed', 'post_departure', 'completed', 'deferred', 'rejected', 'withdrawn')
  AND id NOT IN :candidates_left_out
ORDER BY id
