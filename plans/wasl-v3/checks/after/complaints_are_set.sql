-- 3.6 Every complaint has its four texts
SELECT id, status
FROM complaints
WHERE (current_issue IS NULL OR support_steps_taken IS NULL OR suggestions IS NULL OR conclusion IS NULL)
  AND (candidate_id IS NULL OR candidate_id NOT IN :candidates_left_out)
ORDER BY id
