-- What the plan wasl-v3 has left in the tables to whose rows the database itself gives keys: told by the names that people give, so that two
-- runs are equal although a kill has used some keys up. Everything else is compared cell by cell.

SELECT batch_code, name, campus_id, trade_id, coordinator_id, capacity, start_date, end_date, status, description, deleted_at,
    -- A batch that the numbering has created says when its run began.
    CASE WHEN name = CONCAT('Batch ', batch_code) THEN NULL ELSE id END,
    CASE WHEN name = CONCAT('Batch ', batch_code) THEN NULL ELSE created_at END,
    CASE WHEN name = CONCAT('Batch ', batch_code) THEN NULL ELSE updated_at END
FROM batches ORDER BY 1, 12;

SELECT candidates.id, candidates.allocated_number, batches.batch_code, CASE WHEN batches.name = CONCAT('Batch ', batch_code) THEN NULL ELSE batches.id END, programs.code
FROM candidates
LEFT JOIN batches ON batches.id = candidates.batch_id
LEFT JOIN programs ON programs.id = candidates.program_id
ORDER BY candidates.id;

SELECT training_assessments.candidate_id, assessment_type, batches.batch_code, assessment_date, score, max_score, passing_score, assessor_id, remarks,
    training_assessments.created_at, training_assessments.updated_at
FROM training_assessments
LEFT JOIN batches ON batches.id = training_assessments.batch_id
ORDER BY 1, 2;

SELECT migration, batch FROM migrations ORDER BY id;

SELECT code, name, code_2, currency_code, phone_code, is_destination, specific_requirements, is_active, created_at, updated_at FROM countries ORDER BY code;

SELECT code, name, icon, requires_account_number, requires_bank_name, is_active, display_order, created_at, updated_at FROM payment_methods ORDER BY code;

SELECT programs.code, programs.name, description, duration_weeks, countries.code, programs.is_active, programs.created_at, programs.updated_at, deleted_at
FROM programs
LEFT JOIN countries ON countries.id = programs.country_id
ORDER BY programs.code;

SELECT partners.code, partners.name, contact_person, contact_email, contact_phone, address, city, countries.code, partners.is_active, partners.created_at,
    partners.updated_at, deleted_at
FROM implementing_partners AS partners
LEFT JOIN countries ON countries.id = partners.country_id
ORDER BY partners.code;

SELECT code, name, description, category, is_mandatory, display_order, is_active, created_at, updated_at FROM document_checklists ORDER BY code;

SELECT courses.code, courses.name, courses.description, duration_days, training_type, programs.code, courses.is_active, courses.created_at, courses.updated_at,
    courses.deleted_at
FROM courses
LEFT JOIN programs ON programs.id = courses.program_id
ORDER BY courses.code;
