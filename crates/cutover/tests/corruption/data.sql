-- Ids have gaps, marks are texts, one sponsor is gone: as in a registry that has lived for years.
INSERT INTO schools (id, code, name) VALUES (1, 'ENG', 'Engineering'), (2, 'LAW', 'Law'), (4, 'ART', 'Arts');
INSERT INTO programs (code, name, school_id) VALUES
    ('BSC', 'Computing', 1), ('BENG', 'Civil Engineering', 1), ('LLB', 'Law', 2), ('BA', 'History', 4);
INSERT INTO sponsors (id, name) VALUES (1, 'State'), (2, 'Company'), (3, 'Church');
INSERT INTO students (name, email, phone, status, born, enrolled_at, program_id, sponsor_id) VALUES
    ('Thabo', 'thabo@example.org', '', 'active', '2000-02-29', '2019-08-01 08:00:00+00', 1, 1),
    ('Lineo', 'lineo@example.org', NULL, 'active', '2001-01-01', '2020-08-01 08:00:00+00', 1, 2),
    ('Palesa', NULL, '+266 5800 0000', 'graduated', NULL, '2015-08-01 08:00:00+00', 2, 99),
    ('Neo', NULL, NULL, 'withdrawn', '1999-12-31', NULL, 3, 1),
    ('Mpho', 'mpho@example.org', '0', 'active', '2002-06-15', '2021-08-01 08:00:00+00', 4, NULL),
    ('Tau', NULL, NULL, 'active', '2003-03-03', '2022-08-01 08:00:00+00', NULL, NULL);
INSERT INTO student_modules (student_id, module, marks, grade, credits) VALUES
    (1, 'Algebra', '58', 'C', 10), (1, 'Logic', '71', 'B', 10), (2, 'Algebra', '', NULL, 10), (2, 'Logic', 'NM', 'F', 12.5),
    (3, 'Statics', '80', 'A', 15), (3, 'Geology', NULL, NULL, 15), (4, 'Torts', '49.5', 'F', 20), (5, 'Sources', '65', 'B', 0.1);
INSERT INTO next_of_kins (student_id, name) VALUES (1, 'Mamello'), (2, 'Tsepo'), (3, 'Rethabile'), (6, 'Lerato'), (6, 'Kabelo');
INSERT INTO applicants (id, name) VALUES (1, 'Ada'), (2, 'Bob'), (3, 'Cleo');
INSERT INTO applicant_papers (id, applicant_id, title) VALUES (11, 1, 'Passport'), (12, 2, 'Diploma'), (13, 2, 'Letter');
INSERT INTO applicant_calls (id, applicant_id, note) VALUES (21, 2, 'called twice'), (22, 1, NULL);
INSERT INTO term_results (student_id, term, points) VALUES (1, '2023-1', '30'), (1, '2023-2', '31'), (2, '2023-1', '28'), (2, '2024-1', NULL);
INSERT INTO attendance (student_id, day, room) VALUES
    (1, '2024-02-01', 'B1'), (1, '2024-02-01', 'B1'), (2, '2024-02-01', 'B1'), (2, '2024-02-02', NULL), (NULL, '2024-02-02', '');
INSERT INTO audit_log (what) VALUES ('created');
INSERT INTO sessions (token, seen) VALUES ('aaaa', 'yesterday'), ('bbbb', 'today');
INSERT INTO invoices (net) VALUES (100), (250.5);
INSERT INTO "Odd ""Table""" ("order by", "Sélect") VALUES (1, 'one'), (2, 'two');
INSERT INTO invoices (net) VALUES (9);
DELETE FROM invoices WHERE net = 9;
