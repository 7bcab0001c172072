DROP INDEX marks_by_grade ON marks;
