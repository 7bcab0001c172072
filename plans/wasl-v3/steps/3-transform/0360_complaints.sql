-- 3.6 Complaints in the workflow of four steps
--! undo = "snapshot"
UPDATE complaints
SET current_issue = CASE WHEN TRIM(COALESCE(description, '')) = '' THEN 'No description recorded in v2' ELSE description END
WHERE current_issue IS NULL AND (candidate_id IS NULL OR candidate_id NOT IN :candidates_left_out);

UPDATE complaints
SET support_steps_taken = CONCAT('Legacy complaint. Original status: ', COALESCE(status, 'unknown'))
WHERE support_steps_taken IS NULL AND (candidate_id IS NULL OR candidate_id NOT IN :candidates_left_out);

UPDATE complaints
SET suggestions = 'No suggestions recorded in v2'
WHERE suggestions IS NULL AND (candidate_id IS NULL OR candidate_id NOT IN :candidates_left_out);

UPDATE complaints
SET conclusion = CASE status WHEN 'resolved' THEN 'Resolved in v2' WHEN 'closed' THEN 'Closed in v2' ELSE 'Pending resolution' END
WHERE conclusion IS NULL AND (candidate_id IS NULL OR candidate_id NOT IN :candidates_left_out);
