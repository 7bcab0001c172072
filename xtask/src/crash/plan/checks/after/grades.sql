-- Every mark has a grade
SELECT id, mark FROM marks WHERE grade IS NULL;
