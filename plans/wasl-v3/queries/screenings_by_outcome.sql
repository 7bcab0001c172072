-- Report: screenings by outcome
SELECT outcome, COUNT(*) AS screenings, COUNT(DISTINCT candidate_id) AS candidates FROM candidate_screenings GROUP BY outcome ORDER BY outcome
