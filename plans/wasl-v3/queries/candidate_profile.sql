-- The page of one candidate, newest first
SELECT candidates.id, candidates.name, candidates.status, candidate_screenings.outcome, visa_processes.overall_status, departures.departure_date
FROM candidates
LEFT JOIN candidate_screenings ON candidate_screenings.candidate_id = candidates.id
LEFT JOIN visa_processes ON visa_processes.candidate_id = candidates.id
LEFT JOIN departures ON departures.candidate_id = candidates.id
WHERE candidates.id = (SELECT MAX(candidate_id) FROM departures)
