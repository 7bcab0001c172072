--! batch = "marks.id 2000"
UPDATE marks SET grade = NULL WHERE id BETWEEN :batch_first AND :batch_last;
