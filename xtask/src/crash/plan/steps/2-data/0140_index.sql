-- An index on what is new
CREATE INDEX marks_by_grade ON marks (grade, mark);
