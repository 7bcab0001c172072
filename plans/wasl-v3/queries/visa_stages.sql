-- Report: visa processes by stage
SELECT overall_status, COUNT(*) AS processes, SUM(CASE WHEN visa_number IS NULL OR visa_number = '' THEN 0 ELSE 1 END) AS with_visa
FROM visa_processes GROUP BY overall_status ORDER BY overall_status
