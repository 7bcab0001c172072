UPDATE students SET status = CASE status WHEN 'active' THEN 'Active' WHEN 'closed' THEN 'Closed' END WHERE status IS NOT NULL;
