-- Functional test 6: an employer is created, and candidates are assigned; a permission number is given once
INSERT INTO candidates (btevta_id, name, campus_id, trade_id, program_id, status, registered_at, created_at, updated_at)
SELECT 'PROBE-6', 'Probe of the migration', (SELECT MIN(id) FROM campuses WHERE code IS NOT NULL), (SELECT MIN(id) FROM trades WHERE code IS NOT NULL),
    (SELECT MIN(id) FROM programs WHERE code = 'TEC'), 'departed', :run_started_at, :run_started_at, :run_started_at;

INSERT INTO employers (permission_number, visa_issuing_company, country_id, sector, trade, basic_salary, food_by_company, created_by)
SELECT 'PERMISSION-PROBE', 'Al Probe "Contracting" Co.', MIN(id), 'Construction', 'Welder', 1800.50, true, (SELECT MIN(id) FROM users)
FROM countries WHERE code = 'SAU';

INSERT INTO candidate_employer (candidate_id, employer_id, assigned_at, assigned_by)
SELECT candidates.id, employers.id, :run_started_at, (SELECT MIN(id) FROM users)
FROM candidates, employers
WHERE candidates.btevta_id = 'PROBE-6' AND employers.permission_number = 'PERMISSION-PROBE';

--! refused
INSERT INTO employers (permission_number, visa_issuing_company, country_id)
SELECT 'PERMISSION-PROBE', 'Another', MIN(id) FROM countries;

--! refused
DELETE FROM countries WHERE code = 'SAU';

SELECT 'the assignment cannot be read back' AS problem, COUNT(*) AS found
FROM candidate_employer
JOIN candidates ON candidates.id = candidate_employer.candidate_id
JOIN employers ON employers.id = candidate_employer.employer_id
WHERE candidates.btevta_id = 'PROBE-6' AND employers.salary_currency = 'SAR' AND employers.basic_salary = 1800.50 AND candidate_employer.is_current
HAVING COUNT(*) <> 1
