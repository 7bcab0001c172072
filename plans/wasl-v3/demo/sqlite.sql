-- A database of BTEVTA WASL v2 before the migration: 50,000 candidates at scale 1, ids with gaps, names in two scripts
-- The same rows as in mysql.sql, whose head tells what was chosen; the types are those that Laravel gives to columns in SQLite.
-- Everything is arithmetic on the row's number n, so that two builds are equal. A row n of a table has the id n + n / k.

-- Users: the table
CREATE TABLE users (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name varchar NOT NULL, email varchar NOT NULL, role varchar NOT NULL DEFAULT 'campus_admin',
    campus_id integer REFERENCES campuses (id) ON DELETE SET NULL, phone varchar, is_active tinyint(1) NOT NULL DEFAULT 1, email_verified_at datetime,
    password varchar NOT NULL, remember_token varchar, last_login_at datetime, created_at datetime, updated_at datetime, deleted_at datetime);
-- Campuses: the table
CREATE TABLE campuses (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name varchar NOT NULL, code varchar, address text, city varchar, province varchar, contact_person varchar,
    phone varchar, email varchar, is_active tinyint(1) NOT NULL DEFAULT 1, created_at datetime, updated_at datetime, deleted_at datetime);
-- Trades: the table
CREATE TABLE trades (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name varchar NOT NULL, code varchar, category varchar, description text, duration_weeks integer,
    is_active tinyint(1) NOT NULL DEFAULT 1, created_at datetime, updated_at datetime, deleted_at datetime);
-- Overseas employment promoters: the table
CREATE TABLE oeps (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name varchar NOT NULL, code varchar, company_name varchar, registration_number varchar,
    license_number varchar, address text, phone varchar, email varchar, country varchar, is_active tinyint(1) NOT NULL DEFAULT 1, created_at datetime,
    updated_at datetime, deleted_at datetime);
-- Instructors: the table
CREATE TABLE instructors (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name varchar NOT NULL, cnic varchar, email varchar, phone varchar, qualification varchar,
    campus_id integer REFERENCES campuses (id) ON DELETE SET NULL, trade_id integer REFERENCES trades (id) ON DELETE SET NULL,
    employment_type varchar NOT NULL DEFAULT 'contract' CHECK (employment_type IN ('permanent', 'contract', 'visiting')), joining_date date,
    created_at datetime, updated_at datetime, deleted_at datetime);
-- Batches: the table
CREATE TABLE batches (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL, batch_code varchar, name varchar, campus_id integer NOT NULL REFERENCES campuses (id) ON DELETE CASCADE,
    trade_id integer NOT NULL REFERENCES trades (id) ON DELETE CASCADE, coordinator_id integer, capacity integer NOT NULL DEFAULT 30,
    start_date date NOT NULL, end_date date, status varchar NOT NULL DEFAULT 'planned', description text, created_at datetime, updated_at datetime,
    deleted_at datetime);
-- Candidates: the table
CREATE TABLE candidates (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL, btevta_id varchar NOT NULL, application_id varchar, cnic varchar, name varchar NOT NULL,
    father_name varchar, date_of_birth date, gender varchar, marital_status varchar, phone varchar, email varchar, address text, district varchar,
    tehsil varchar, province varchar, qualification varchar, experience_years integer, passport_number varchar, passport_expiry date, photo_path varchar,
    expected_salary numeric, campus_id integer REFERENCES campuses (id) ON DELETE SET NULL, trade_id integer REFERENCES trades (id) ON DELETE SET NULL,
    batch_id integer REFERENCES batches (id) ON DELETE SET NULL, oep_id integer REFERENCES oeps (id) ON DELETE SET NULL,
    status varchar NOT NULL DEFAULT 'new', remarks text, registered_at datetime, created_at datetime, updated_at datetime, deleted_at datetime);
-- Screenings of candidates: the table
CREATE TABLE candidate_screenings (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL, candidate_id integer NOT NULL REFERENCES candidates (id) ON DELETE CASCADE, screened_by integer,
    screening_type varchar NOT NULL DEFAULT 'desk', call_count integer NOT NULL DEFAULT 0, outcome varchar, remarks text, screened_at datetime,
    next_call_date date, created_at datetime, updated_at datetime, deleted_at datetime);
-- Training schedules: the table
CREATE TABLE training_schedules (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL, candidate_id integer NOT NULL, batch_id integer REFERENCES batches (id) ON DELETE CASCADE,
    instructor_id integer REFERENCES instructors (id) ON DELETE SET NULL, module_name varchar,
    status varchar NOT NULL DEFAULT 'scheduled' CHECK (status IN ('scheduled', 'in_progress', 'completed', 'cancelled', 'postponed', 'rescheduled')),
    start_date date NOT NULL, completion_date date, room varchar, attendance_percentage numeric, remarks text, created_at datetime, updated_at datetime,
    deleted_at datetime);
-- Visa processes: the table
CREATE TABLE visa_processes (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL, candidate_id integer NOT NULL REFERENCES candidates (id) ON DELETE CASCADE, interview_date date,
    interview_status varchar, interview_remarks text, trade_test_date date, trade_test_status varchar, takamol_date date, takamol_status varchar,
    medical_date date, medical_status varchar, gamca_center varchar, gamca_barcode varchar, biometric_date date, biometric_status varchar, enumber varchar,
    visa_number varchar, visa_date date, visa_status varchar, overall_status varchar, remarks text, created_at datetime, updated_at datetime,
    deleted_at datetime);
-- Departures: the table
CREATE TABLE departures (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL, candidate_id integer NOT NULL REFERENCES candidates (id) ON DELETE CASCADE, ptn_number varchar,
    ptn_date date, ticket_number varchar, departure_date date, flight_number varchar, airline varchar, destination varchar, pre_briefing_date date,
    iqama_number varchar, absher_registered tinyint(1) NOT NULL DEFAULT 0, salary_amount numeric, first_salary_date date, remarks text, created_at datetime,
    updated_at datetime, deleted_at datetime);
-- Complaints: the table
CREATE TABLE complaints (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL, complaint_number varchar NOT NULL, candidate_id integer REFERENCES candidates (id) ON DELETE SET NULL,
    category varchar, priority varchar NOT NULL DEFAULT 'normal', status varchar, subject varchar, description text,
    assigned_to integer REFERENCES users (id) ON DELETE SET NULL, sla_days integer NOT NULL DEFAULT 7, resolved_at datetime, resolution_notes text,
    created_at datetime, updated_at datetime, deleted_at datetime);
-- Remittances: the table
CREATE TABLE remittances (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL, candidate_id integer NOT NULL, transaction_reference varchar NOT NULL, amount numeric NOT NULL,
    currency varchar NOT NULL DEFAULT 'SAR', exchange_rate double, month varchar NOT NULL, transfer_date date, transfer_method varchar, purpose varchar,
    proof_path varchar, status varchar NOT NULL DEFAULT 'pending', created_at datetime, updated_at datetime, deleted_at datetime);
-- Next of kin: the table
CREATE TABLE next_of_kins (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL, candidate_id integer NOT NULL, name varchar NOT NULL, relationship varchar NOT NULL, cnic varchar,
    phone varchar, address text, created_at datetime, updated_at datetime, deleted_at datetime);
-- Undertakings: the table
CREATE TABLE undertakings (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL, candidate_id integer NOT NULL REFERENCES candidates (id) ON DELETE CASCADE,
    undertaking_type varchar NOT NULL, content text NOT NULL, signature_path varchar, witness_name varchar, is_completed tinyint(1) NOT NULL DEFAULT 0,
    signed_at datetime, created_at datetime, updated_at datetime, deleted_at datetime);
-- Activity log: the table
CREATE TABLE activity_log (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL, log_name varchar, description text NOT NULL, subject_type varchar, event varchar, subject_id integer,
    causer_type varchar, causer_id integer, properties text, batch_uuid varchar, created_at datetime, updated_at datetime);
-- The migration ledger of the application: the table
CREATE TABLE migrations (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, migration varchar NOT NULL, batch integer NOT NULL);
-- Media: the table
CREATE TABLE media (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL, model_type varchar NOT NULL, model_id integer NOT NULL, uuid varchar, collection_name varchar NOT NULL,
    file_name varchar NOT NULL, mime_type varchar, size integer NOT NULL, custom_properties text NOT NULL, checksum blob, created_at datetime,
    updated_at datetime);
-- Roles: the table
CREATE TABLE roles (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name varchar NOT NULL, guard_name varchar NOT NULL, created_at datetime, updated_at datetime);
-- Roles of users: the table, with a key of two columns
CREATE TABLE role_user (
    role_id integer NOT NULL, user_id integer NOT NULL, PRIMARY KEY (role_id, user_id), FOREIGN KEY (role_id) REFERENCES roles (id) ON DELETE CASCADE,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE);
-- Sessions: the table
CREATE TABLE sessions (
    id varchar PRIMARY KEY NOT NULL, user_id integer, ip_address varchar, user_agent text, payload text NOT NULL, last_activity integer NOT NULL);
-- Jobs: the table
CREATE TABLE jobs (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL, queue varchar NOT NULL, payload text NOT NULL, attempts integer NOT NULL, reserved_at integer,
    available_at integer NOT NULL, created_at integer NOT NULL);
-- Failed jobs: the table
CREATE TABLE failed_jobs (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL, uuid varchar NOT NULL, connection text NOT NULL, queue text NOT NULL, payload text NOT NULL,
    exception text NOT NULL, failed_at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP);
-- Password resets: the table, without any key
CREATE TABLE password_resets (email varchar NOT NULL, token varchar NOT NULL, created_at datetime);
-- Cache: the table
CREATE TABLE cache ("key" varchar PRIMARY KEY NOT NULL, value text NOT NULL, expiration integer NOT NULL);
-- Settings: the table
CREATE TABLE settings (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, "key" varchar NOT NULL, value text, created_at datetime, updated_at datetime);

-- Numbers from 1
CREATE TEMP TABLE numbers (n INTEGER PRIMARY KEY);
-- Numbers from 1 to as many as the largest table has rows
WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 200000 * :scale)
INSERT INTO numbers SELECT n FROM counted;

-- Campuses: 12
INSERT INTO campuses (id, name, code, city, province, contact_person, phone, email, is_active, created_at, updated_at) VALUES
    (1, 'Islamabad Central Campus', 'ISB', 'Islamabad', 'ICT', 'Mr. Arshad', '+92 51 9204567', 'isb@btevta.example', 1, '2018-03-01 08:00:00', '2024-05-06 10:00:00'),
    (2, 'Lahore Campus', 'LHR', 'Lahore', 'Punjab', 'Ms. Shazia', '+92 42 9204567', 'lhr@btevta.example', 1, '2018-03-01 08:05:00', '2023-01-01 00:00:00'),
    (3, 'Quetta Main Campus', 'QTA', 'کوئٹہ', 'Balochistan', 'میر حسن', '+92 81 9204567', 'qta@btevta.example', 1, '2018-03-01 08:10:00', NULL),
    (4, 'Karachi West', 'KHI-W', 'Karachi', 'Sindh', NULL, NULL, 'khi-w@btevta.example', 1, '2018-03-02 08:00:00', NULL),
    (6, 'Karachi East', 'KHI-E', 'Karachi', 'Sindh', NULL, '', 'khi-e@btevta.example', 1, '2018-03-02 08:05:00', NULL),
    (7, 'Peshawar Campus', 'PEW', 'Peshawar', 'KPK', 'Mr. O''Neil', '+92 91 9204567', NULL, 1, '2018-03-05 08:00:00', NULL),
    (8, 'Faisalabad "Model" Campus', 'FSD', 'Faisalabad', 'Punjab', NULL, NULL, NULL, 1, '2018-04-01 08:00:00', NULL),
    (9, 'Multan Campus', 'MUL', 'Multan', 'Punjab', NULL, NULL, NULL, 1, '2018-04-01 08:05:00', NULL),
    (10, 'Rawalpindi Women''s Campus', 'RWP-F', 'Rawalpindi', 'Punjab', 'Ms. Farah', NULL, NULL, 1, '2019-01-15 08:00:00', NULL),
    (12, 'Gwadar Port Campus', 'GWD', 'Gwadar', 'Balochistan', NULL, NULL, 'gwd@btevta.example', 1, '2019-02-01 08:00:00', NULL),
    (13, 'Turbat Campus', 'TBT', 'Turbat', 'Balochistan', NULL, NULL, NULL, 1, '2019-02-01 08:05:00', NULL),
    (14, 'Khuzdar Campus', 'KHZ', 'Khuzdar', 'Balochistan', NULL, NULL, NULL, 0, '2019-02-01 08:10:00', '2025-07-01 09:00:00');
-- Trades: 20
INSERT INTO trades (id, name, code, category, duration_weeks, is_active, created_at) VALUES
    (1, 'Welder', 'WLD', 'Construction', 12, 1, '2018-03-01 09:00:00'), (2, 'Electrician', 'ELE', 'Construction', 16, 1, '2018-03-01 09:00:00'),
    (3, 'Plumber', 'PLM', 'Construction', 12, 1, '2018-03-01 09:00:00'), (4, 'HVAC & Refrigeration', 'HVAC-R', 'Mechanical', 20, 1, '2018-03-01 09:00:00'),
    (5, 'Carpenter', 'CAR', 'Construction', 12, 1, '2018-03-01 09:00:00'), (6, 'Mason', 'MSN', 'Construction', 8, 1, '2018-03-01 09:00:00'),
    (7, 'Steel Fixer', 'STF', 'Construction', 8, 1, '2018-03-01 09:00:00'), (9, 'Painter', 'PNT', 'Construction', 6, 1, '2018-03-01 09:00:00'),
    (10, 'Scaffolder', 'SCF', 'Construction', 8, 1, '2018-03-01 09:00:00'), (11, 'Auto Mechanic', 'AUT-M', 'Mechanical', 24, 1, '2018-03-01 09:00:00'),
    (12, 'Heavy Vehicle Driver', 'DRV-H', 'Transport', 6, 1, '2018-03-01 09:00:00'), (13, 'Tailor', 'TLR', 'Garments', 12, 1, '2018-03-01 09:00:00'),
    (14, 'Cook', 'COK', 'Hospitality', 10, 1, '2018-03-01 09:00:00'), (15, 'Waiter', 'WTR', 'Hospitality', 6, 1, '2018-03-01 09:00:00'),
    (16, 'Security Guard', 'SEC', 'Services', 4, 1, '2018-03-01 09:00:00'), (18, 'Housekeeping', 'HSK', 'Hospitality', 4, 1, '2018-03-01 09:00:00'),
    (19, 'Tile Fixer', 'TIL', 'Construction', 8, 1, '2018-03-01 09:00:00'), (20, 'Aluminium "Fabricator"', 'ALM', 'Construction', 10, 1, '2018-03-01 09:00:00'),
    (21, 'Industrial Electrician', 'IND-E', 'Mechanical', 24, 1, '2019-07-01 09:00:00'), (22, 'CNC Machinist', 'CNC', 'Mechanical', 26, 0, '2020-07-01 09:00:00');
-- Roles: 6
INSERT INTO roles (id, name, guard_name, created_at) VALUES
    (1, 'super_admin', 'web', '2019-01-01 00:00:00'), (2, 'campus_admin', 'web', '2019-01-01 00:00:00'), (3, 'trainer', 'web', '2019-01-01 00:00:00'),
    (4, 'oep', 'web', '2019-01-01 00:00:00'), (5, 'viewer', 'web', '2019-01-01 00:00:00'), (6, 'project_director', 'web', '2021-06-01 00:00:00');
-- Settings: 5
INSERT INTO settings (id, "key", value, created_at) VALUES
    (1, 'institute.name', '"بلوچستان ٹیوٹا"', '2019-01-01 00:00:00'), (2, 'remittance.alerts', '{"days": 90, "levels": [1, 2.50, null]}', '2021-01-01 00:00:00'),
    (4, 'sla.days', '{"urgent": 1, "high": 3}', '2021-01-01 00:00:00'), (5, 'maintenance', 'false', '2022-02-02 02:02:02'), (7, 'motto', NULL, '2022-02-02 02:02:02');
-- The migration ledger of the application: 42 rows in 9 batches
INSERT INTO migrations (id, migration, batch) VALUES
    (1, '2014_10_12_000000_create_users_table', 1), (2, '2014_10_12_100000_create_password_resets_table', 1),
    (3, '2019_08_19_000000_create_failed_jobs_table', 1), (4, '2020_02_03_000000_add_role_to_users_table', 1),
    (5, '2024_01_01_000001_create_campuses_table', 1), (6, '2024_01_01_000002_create_trades_table', 1), (7, '2024_01_01_000003_create_oeps_table', 1),
    (8, '2024_01_01_000004_create_batches_table', 1), (9, '2024_01_01_000005_create_candidates_table', 1),
    (10, '2024_01_01_000006_create_candidate_screenings_table', 1), (11, '2024_01_01_000007_create_next_of_kins_table', 1),
    (12, '2024_01_01_000008_create_undertakings_table', 1), (13, '2024_01_01_000009_create_training_schedules_table', 1),
    (14, '2024_01_01_000010_create_visa_processes_table', 1), (15, '2024_01_01_000011_create_departures_table', 1),
    (16, '2024_01_01_000012_create_complaints_table', 1), (17, '2024_03_11_081500_create_sessions_table', 2), (18, '2024_03_11_081501_create_jobs_table', 2),
    (19, '2024_03_11_081502_create_cache_table', 2), (20, '2024_03_20_101010_create_activity_log_table', 2),
    (21, '2024_03_20_101011_add_event_column_to_activity_log_table', 2), (22, '2024_03_20_101012_add_batch_uuid_column_to_activity_log_table', 2),
    (23, '2024_05_02_090000_create_instructors_table', 3), (24, '2024_05_02_090100_add_coordinator_id_to_batches_table', 3),
    (25, '2024_05_14_120000_create_media_table', 3), (27, '2024_06_30_070000_create_remittances_table', 4),
    (28, '2024_06_30_070100_add_exchange_rate_to_remittances_table', 4), (29, '2024_08_05_110000_add_campus_id_to_users_table', 5),
    (30, '2024_08_05_110100_create_roles_table', 5), (31, '2024_08_05_110200_create_role_user_table', 5), (32, '2024_10_01_093000_create_settings_table', 6),
    (33, '2024_10_17_140000_add_takamol_and_gamca_to_visa_processes_table', 6), (34, '2024_11_25_060000_add_iqama_and_absher_to_departures_table', 6),
    (35, '2025_02_03_080000_add_sla_days_to_complaints_table', 7), (36, '2025_02_03_080100_add_passport_to_candidates_table', 7),
    (37, '2025_04_09_113000_add_call_count_to_candidate_screenings_table', 7), (38, '2025_06_18_150000_add_registered_at_to_candidates_table', 8),
    (39, '2025_06_18_150100_add_attendance_percentage_to_training_schedules_table', 8), (40, '2025_09_04_070000_add_checksum_to_media_table', 9),
    (41, '2025_09_04_070100_add_soft_deletes_to_remittances_table', 9), (42, '2025_10_22_060000_create_candidate_pipeline_view', 9),
    (43, '2025_11_12_130000_log_new_remittances', 9);

-- Overseas employment promoters: 40
INSERT INTO oeps
SELECT n + n / 4, ('["Al-Falah Recruiters", "Gulf Manpower & Co.", "الخلیج ٹریول", "Pak \"Overseas\" Employment", "Chagai Promoters"]' ->> (n % 5)) || ' ' || n,
       CASE WHEN n % 8 <> 0 THEN 'OEP-' || printf('%05d', n) END, 'Company ' || n, 'REG/' || n, CASE WHEN n % 6 <> 0 THEN 'MPD-' || (2000 + n) END,
       NULL, '+92 51 ' || (2000000 + n), 'oep' || n || '@example.pk', '["Saudi Arabia", "UAE", "Qatar", null]' ->> (n % 4), n % 10 <> 0,
       datetime('2018-06-01 09:00:00', n || ' days'), datetime('2022-06-01 09:00:00', n || ' days'), CASE WHEN n % 20 = 0 THEN '2024-01-31 12:00:00' END
FROM numbers WHERE n <= 40 * :scale;

-- Users: 240
INSERT INTO users
SELECT n + n / 6, ('["Asma", "Kamran", "Noor", "زاہد", "Sadaf", "Junaid", "O''Neil"]' ->> (n % 7)) || ' ' || n, 'user.' || n || '@btevta.example',
       CASE n WHEN 1 THEN 'super_admin' ELSE '["campus_admin", "campus_admin", "trainer", "oep", "viewer", "project_director"]' ->> (n % 6) END,
       CASE WHEN n % 4 <> 0 THEN campus + campus / 5 END, CASE WHEN n % 5 <> 0 THEN '+92 300 ' || (1000000 + n) END, n % 11 <> 0,
       CASE WHEN n % 3 <> 0 THEN datetime('2019-01-02 08:00:00', n || ' hours') END, '$2y$10$' || printf('%053d', n * 2654435761 % 4294967296), NULL,
       CASE WHEN n % 7 <> 0 THEN datetime('2026-01-05 06:00:00', (n * 37) || ' minutes') END, datetime('2019-01-01 08:00:00', n || ' hours'),
       datetime('2025-03-01 08:00:00', n || ' hours'), CASE WHEN n % 40 = 0 THEN datetime('2025-03-01 08:00:00', n || ' hours') END
FROM (SELECT n, 1 + n % 12 AS campus FROM numbers WHERE n <= 240 * :scale) numbered;

-- Instructors: 120
INSERT INTO instructors
SELECT n + n / 5, ('["Ustad Rafiq", "Engr. Saleem", "Ms. Farzana", "استاد کریم", "Mr. D''Cruz", "Engr. Tahir", "Gul Khan"]' ->> (n % 7)) || ' ' || n,
       (54400 + n % 37) || '-' || printf('%07d', n * 7919 % 10000000) || '-' || (n % 10), 'instructor' || n || '@btevta.example', '+92 333 ' || (1000000 + n),
       '["DAE", "B.Tech", "B.Sc. Engineering", null]' ->> (n % 4), campus + campus / 5, trade + trade / 8, '["permanent", "contract", "visiting"]' ->> (n % 3),
       date('2015-01-01', (n * 11) || ' days'), datetime('2019-01-03 08:00:00', n || ' hours'), datetime('2024-02-01 08:00:00', n || ' hours'), NULL
FROM (SELECT n, 1 + n % 12 AS campus, 1 + n % 20 AS trade FROM numbers WHERE n <= 120 * :scale) numbered;

-- Batches: 925, of which the candidates fill 910; every seventh is of the three largest campuses
INSERT INTO batches
SELECT b + b / 7,
       CASE WHEN b % 41 <> 0 THEN 'BATCH-' || campuses.code || '-' || trades.code || '-' || strftime('%Y%m', starts) || '-' || printf('%03d', b % 1000) END,
       CASE WHEN b % 29 <> 0 THEN trades.name || ' ' || b || ' – ' || campuses.city END, campuses.id, trades.id,
       CASE WHEN b % 400 = 133 THEN 9000000 + b WHEN b % 9 <> 0 THEN 1 + b % 200 + (1 + b % 200) / 6 END, 35 + b % 3 * 5, starts,
       CASE WHEN b % 31 <> 0 THEN date(starts, (60 + b % 4 * 30) || ' days') END,
       CASE WHEN b % 37 = 0 THEN 'cancelled' WHEN starts < '2025-06-01' THEN 'completed' WHEN starts < '2025-12-20' THEN 'active' ELSE 'planned' END,
       CASE b % 10 WHEN 0 THEN '' WHEN 1 THEN 'شام کی کلاس' WHEN 2 THEN 'Two shifts:' || char(10) || 'morning; "evening"' END,
       datetime(starts, '-207 hours'), datetime(starts, (b % 90) || ' days'), NULL
FROM (SELECT n AS b, CASE WHEN n % 7 = 0 THEN n / 7 % 3 ELSE n END AS mix, date('2019-02-01', (n * 242000 / (86400 * :scale)) || ' days') AS starts
      FROM numbers WHERE n <= 925 * :scale) numbered
JOIN campuses ON campuses.id = 1 + mix % 12 + (1 + mix % 12) / 5
JOIN trades ON trades.id = 1 + mix % 20 + (1 + mix % 20) / 8;

-- Candidates: 50,000; three of five have a batch, 33 in each; one in 997 has moved to another campus since
INSERT INTO candidates
SELECT n + n / 20,
       CASE WHEN test = 0 THEN 'TEST' WHEN test = 2 THEN 'DEMO' ELSE 'BTEVTA' END || '-' || strftime('%Y', registered) || '-' || printf('%07d', n),
       CASE WHEN n % 9 <> 0 THEN 'APP-' || strftime('%Y', registered) || printf('%06d', n * 7 % 1000000) WHEN n % 2 = 0 THEN '' END,
       CASE WHEN n % 83 <> 0 THEN (54400 + n % 37) || '-' || printf('%07d', n * 7919 % 10000000) || '-' || (n % 10) END,
       CASE WHEN test = 1 THEN 'TEST candidate ' || n WHEN test = 3 THEN 'Demo Candidate ' || n
            ELSE CASE WHEN n % 3 = 0
                      THEN '["Ayesha", "Fatima", "Sana", "Zainab", "عائشہ بی بی", "Hina", "Rabia", "Sadia", "فاطمہ", "Mehwish", "Nimra", "Kiran", "Maryam"]' ->> (n % 13)
                      ELSE '["Muhammad Ali", "Ahmed", "Bilal", "Imran", "Usman", "Hamza", "Abdul Rehman", "Zubair", "محمد عثمان", "غلام رسول",
                             "Sajjad", "Tariq", "Waqas", "Nadeem", "Faisal \"Faisi\"", "Shahid", "علی حسن"]' ->> (n % 17) END || ' ' ||
                        ('["Khan", "Ahmad", "Malik", "Baloch", "D''Souza", "Qureshi", "Afridi", "Mengal", "بلوچ", "Butt", "Chaudhry", "Shah", "Jamali",
                           "Bugti", "خان", "Marri", "Sheikh", "Kakar", "Tareen"]' ->> (n % 19)) || CASE WHEN n % 2003 = 0 THEN ' 🙂' ELSE '' END END,
       CASE WHEN n % 71 <> 0 THEN '["Ghulam Nabi", "Abdul Karim", "Haji Akbar", "Mir Hassan", "نور محمد", "Yusuf", "Karim Bakhsh", "Allah Ditta",
                                    "Joseph O''Brien", "Dad \"Dadu\" Khan", "Sher Zaman"]' ->> (n % 11) END,
       CASE WHEN n % 61 <> 0 THEN date('1979-01-01', (n * 31 % 9500) || ' days') END,
       CASE WHEN n % 211 = 0 THEN NULL WHEN n % 3 = 0 THEN 'female' ELSE 'male' END, '["single", "single", "married", null]' ->> (n % 4),
       CASE WHEN n % 23 = 0 THEN '' ELSE '+92 3' || printf('%09d', n * 7727 % 1000000000) END, CASE WHEN n % 4 = 0 THEN 'candidate' || n || '@example.pk' END,
       CASE WHEN n % 3 <> 0 THEN 'House ' || (n % 500) || ', Street ' || (n % 40) || char(10) || 'Mohalla "' || ('["Jinnah", "اقبال", "Al-Noor"]' ->> (n % 3)) || '"' END,
       '["Quetta", "Pishin", "Khuzdar", "Lasbela", "Chaman", "Turbat", "Gwadar", "Sibi", "کوئٹہ", "Zhob", "Loralai", "Panjgur", "Nushki"]' ->> (n % 13),
       CASE WHEN n % 6 = 0 THEN 'Saryab' END, '["Balochistan", "Balochistan", "Balochistan", "Sindh", "Punjab", "KPK"]' ->> (n % 6),
       '["Middle", "Matric", "FA/FSc", "DAE", null]' ->> (n % 5), n % 12, CASE WHEN n % 3 = 1 THEN 'AB' || printf('%07d', n * 7727 % 10000000) END,
       CASE WHEN n % 3 = 1 THEN date('2027-01-01', (n % 3000) || ' days') END, CASE WHEN n % 5 <> 0 THEN 'candidates/photos/' || n || '.jpg' END,
       CASE WHEN n % 4 <> 0 THEN 1200.5 + n % 30 * 50 END,
       CASE WHEN NOT draft THEN campus + campus / 5 END, CASE WHEN NOT draft THEN trade + trade / 8 END, b + b / 7,
       CASE WHEN n % 4 = 1 THEN oep + oep / 4 END,
       CASE WHEN draft THEN 'draft'
            WHEN b IS NULL AND n > 46000 * :scale THEN '["new", "listed", "applied", "new", "screening", "new", "screened"]' ->> (n % 7)
            WHEN b IS NULL THEN '["new", "new", "new", "listed", "listed", "applied", "screening", "screening", "screened", "screened", "registered",
                                  "registered", "deferred", "deferred", "rejected", "withdrawn", "dropped"]' ->> ((n + n / 5) % 17)
            WHEN n > 46000 * :scale THEN '["registered", "in_training", "training", "registered"]' ->> (n % 4)
            ELSE '["registered", "training", "training", "in_training", "training_completed", "visa_process", "visa_process", "visa_processing",
                   "visa_approved", "ready_to_depart", "ready", "departed", "departed", "departed", "departed", "departed", "post_departure", "post_departure",
                   "completed",
                   "completed", "completed", "withdrawn", "dropped"]' ->> ((n + n / 5) % 23) END,
       CASE n % 12 WHEN 0 THEN '' WHEN 1 THEN 'Called twice' || char(10) || 'will come "next week"' WHEN 2 THEN 'دوبارہ فون کریں' WHEN 3 THEN 'Father''s consent 👍' END,
       CASE WHEN n % 50 = 7 THEN NULL WHEN n % 3 = 0 THEN datetime(date(registered)) ELSE registered END,
       datetime(registered, -(n % 96) || ' hours'), datetime(registered, (n % 20) || ' days'), CASE WHEN n % 100 IN (17, 31, 79) THEN datetime(registered, '20 days') END
FROM (SELECT n, b, registered, 1 + (mix + (b IS NOT NULL AND n % 997 = 0)) % 12 AS campus, 1 + mix % 20 AS trade, 1 + n * 7 % (40 * :scale) AS oep,
             n % 500 = 124 AS draft, CASE WHEN n % 200 IN (50, 153) THEN n / 200 % 4 ELSE 4 END AS test
      FROM (SELECT n, b, registered, CASE WHEN place % 7 = 0 THEN place / 7 % 3 ELSE place END AS mix
            FROM (SELECT n, b, CASE WHEN b IS NULL THEN n / 5 * 11 + n % 5 ELSE b END AS place,
                         datetime('2019-01-07 08:00:00', (n * 4400 / :scale - CASE WHEN n % 41 = 0 THEN 1728000 ELSE 0 END) || ' seconds') AS registered
                  FROM (SELECT n, CASE WHEN n % 5 < 3 THEN 1 + (n / 5 * 3 + n % 5) / 33 END AS b FROM numbers WHERE n <= 50000 * :scale) batched) placed) mixed) numbered;

-- Screenings of candidates: 60,000
INSERT INTO candidate_screenings
SELECT n + n / 30, candidate + candidate / 20, CASE WHEN n % 19 <> 0 THEN screener + screener / 6 END, '["desk", "call", "physical"]' ->> (n % 3), n % 4,
       '["passed", "passed", "passed", "passed", "passed", "passed", "passed", "passed", "passed", "approved", "approved", "Approved", "Passed ", "PASSED",
         "failed", "failed", "FAILED", "rejected", "pending", "pending", "Pending", "", null]' ->> (n % 23),
       CASE n % 9 WHEN 0 THEN '' WHEN 1 THEN 'Spoke to the father' || char(10) || '"call again"' WHEN 2 THEN 'انٹرویو مکمل' WHEN 3 THEN 'OK ✅' END,
       CASE WHEN n % 23 < 18 THEN screened END, CASE WHEN n % 23 >= 18 THEN date(screened, '7 days') END, screened, datetime(screened, (n % 30) || ' hours'),
       CASE WHEN n % 300 = 11 THEN datetime(screened, '4 days') END
FROM (SELECT n, candidate, 1 + n % (240 * :scale) AS screener,
             datetime('2019-01-12 10:00:00', (candidate * 4400 / :scale + n % 9 * 86400) || ' seconds') AS screened
      FROM (SELECT n, 1 + (n - 1) % (50000 * :scale) AS candidate FROM numbers WHERE n <= 60000 * :scale) placed) numbered;

-- Training schedules: 40,000, two or three of each of 16,000 candidates
INSERT INTO training_schedules
SELECT n + n / 25, CASE WHEN n % 8000 = 0 THEN 9000000 + n ELSE candidate + candidate / 20 END, b + b / 7,
       CASE WHEN n % 37 <> 0 THEN instructor + instructor / 5 END,
       '["Safety & tools", "Workshop practice", "Arabic for \"beginners\"", "حفاظتی تربیت", "Blueprint reading", "Soft skills", null]' ->> (n % 7), status, starts,
       CASE WHEN status = 'completed' AND n % 50 <> 0 THEN date(starts, (14 + n % 120) || ' days') END, CASE WHEN n % 3 = 0 THEN 'Lab ' || (n % 9) END,
       CASE WHEN status = 'completed' THEN 60 + n % 400 / 10.0 END, CASE WHEN n % 20 = 0 THEN 'Moved' || char(10) || 'see notice' END,
       datetime(starts, '-72 hours'), datetime(starts, (n % 900) || ' hours'), CASE WHEN n % 700 = 9 THEN datetime(starts, '40 days') END
FROM (SELECT n, 1 + place / 33 AS b, place / 3 * 5 + place % 3 AS candidate, 1 + n % (120 * :scale) AS instructor,
             date('2019-02-01', ((1 + place / 33) * 242000 / (86400 * :scale) + (n - 1) / (16000 * :scale) * 45) || ' days') AS starts,
             CASE WHEN place > 27600 * :scale THEN '["scheduled", "in_progress", "postponed"]' ->> (n % 3)
                  ELSE '["completed", "completed", "completed", "completed", "completed", "completed", "completed", "completed", "completed", "completed",
                         "in_progress", "in_progress", "scheduled", "scheduled", "cancelled", "postponed", "rescheduled"]' ->> (n % 17) END AS status
      FROM (SELECT n, 1 + (n - 1) % (16000 * :scale) * 15 / 8 AS place FROM numbers WHERE n <= 40000 * :scale) placed) numbered;

-- Visa processes: 25,000
INSERT INTO visa_processes
SELECT n + n / 12, candidate + candidate / 20, CASE WHEN reached >= 1 THEN begun END,
       CASE WHEN reached > 1 THEN 'passed' WHEN reached = 1 THEN '["pending", "scheduled"]' ->> (n % 2) END,
       CASE n % 30 WHEN 0 THEN 'ویزا انٹرویو اچھا رہا' WHEN 1 THEN 'Came late;' || char(10) || 'agent said "fine"' END,
       CASE WHEN reached >= 2 THEN date(begun, (7 + n % 9) || ' days') END,
       CASE WHEN reached > 2 THEN 'passed' WHEN reached = 2 THEN '["pending", "scheduled"]' ->> (n % 2) END,
       CASE WHEN reached >= 3 THEN date(begun, '20 days') END, CASE WHEN reached > 3 THEN 'passed' WHEN reached = 3 THEN '["pending", "scheduled"]' ->> (n % 2) END,
       CASE WHEN reached >= 4 THEN date(begun, '30 days') END,
       CASE WHEN stage = 9 THEN 'failed' WHEN reached > 4 THEN 'passed' WHEN reached = 4 THEN '["pending", "scheduled"]' ->> (n % 2) END,
       CASE WHEN reached >= 4 THEN '["GAMCA Islamabad", "GAMCA Karachi", "GAMCA \"Quetta\""]' ->> (n % 3) END,
       CASE WHEN reached >= 4 THEN printf('%09d', n * 7727 % 1000000000) END,
       CASE WHEN reached >= 5 THEN date(begun, '40 days') END, CASE WHEN reached > 5 THEN 'passed' WHEN reached = 5 THEN '["pending", "scheduled"]' ->> (n % 2) END,
       CASE WHEN reached >= 5 THEN 'E' || printf('%08d', n) END,
       CASE WHEN reached >= 6 THEN '60' || printf('%08d', n * 7919 % 100000000) WHEN n % 3 = 0 THEN '' END, CASE WHEN reached >= 6 THEN date(begun, '55 days') END,
       CASE WHEN stage = 9 THEN 'refused' WHEN reached >= 6 THEN 'issued' WHEN n % 4 <> 0 THEN 'pending' END,
       CASE WHEN n % 97 <> 0 THEN '["initiated", "interview", "trade_test", "takamol", "medical", "biometric", "visa_issued", "completed", "completed", "rejected"]' ->> stage END,
       CASE WHEN n % 14 = 0 THEN 'Agent''s copy kept' END, datetime(begun, '-30 hours'), datetime(begun, (n % 1400) || ' hours'), NULL
FROM (SELECT n, stage, CASE WHEN stage = 9 THEN 4 ELSE stage END AS reached, place / 3 * 5 + place % 3 AS candidate,
             date('2019-06-01', ((1 + place / 33) * 242000 / (86400 * :scale)) || ' days') AS begun
      FROM (SELECT n, n + n / 5 AS place, CASE WHEN n > 23000 * :scale THEN n % 2 ELSE (n * 11 + n / 33) % 10 END AS stage
            FROM numbers WHERE n <= 25000 * :scale) placed) numbered;

-- Departures: 20,000; one in 40 leaves in 2031 or later
INSERT INTO departures
SELECT n + n / 15, candidate + candidate / 20, CASE n % 7 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'PTN-' || strftime('%Y', leaves) || '-' || printf('%07d', n) END,
       CASE WHEN n % 7 > 1 AND n % 23 <> 0 OR n % 14 = 8 THEN date(leaves, '-20 days') END,
       CASE n % 5 WHEN 0 THEN '' WHEN 1 THEN NULL ELSE '157-' || printf('%010d', n * 7919 % 10000000000) END,
       CASE WHEN n % 40 = 0 THEN date('2031-03-01', (n % 900) || ' days') WHEN n % 9 <> 0 AND leaves < '2025-12-31' THEN leaves END,
       CASE WHEN n % 5 > 1 THEN ('["PK-", "SV-", "EK-"]' ->> (n % 3)) || (200 + n % 700) END, '["PIA", "Saudia", "Emirates", null]' ->> (n % 4),
       '["Saudi Arabia", "Saudi Arabia", "UAE", "Qatar", "Oman", "Kuwait", "Bahrain", "Malaysia", "سعودی عرب", null, "Dubai, \"UAE\""]' ->> (n % 11),
       CASE WHEN n % 6 <> 0 THEN date(leaves, '-5 days') END, CASE WHEN n % 3 = 0 THEN '2' || printf('%09d', n * 7727 % 1000000000) END, n % 3 = 0,
       CASE WHEN n % 4 <> 0 THEN 1500.25 + n % 40 * 25 END, CASE WHEN n % 3 = 0 THEN date(leaves, '45 days') END,
       CASE n % 15 WHEN 0 THEN '' WHEN 1 THEN 'Bag lost' || char(10) || 'found again ✈️' WHEN 2 THEN 'روانگی مکمل' END,
       datetime(leaves, '-700 hours'), datetime(leaves, -(n % 500) || ' hours'), CASE WHEN n % 800 = 13 THEN datetime(leaves) END
FROM (SELECT n, place / 3 * 5 + place % 3 AS candidate, date('2019-08-20', ((1 + place / 33) * 242000 / (86400 * :scale) + n % 60) || ' days') AS leaves
      FROM (SELECT n, n + n / 2 AS place FROM numbers WHERE n <= 20000 * :scale) placed) numbered;

-- Complaints: 6,000
INSERT INTO complaints
SELECT n + n / 9, 'CMP-' || strftime('%Y', opened) || '-' || printf('%06d', n), CASE WHEN n % 13 <> 0 THEN candidate + candidate / 20 END,
       '["salary", "accommodation", "training", "visa", "behaviour", null]' ->> (n % 6), '["normal", "high", "low", "urgent"]' ->> (n % 4), status,
       CASE WHEN n % 8 <> 0 THEN 'Complaint about "' || (n % 50) || '"' END,
       CASE n % 17 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'تنخواہ تین ماہ سے نہیں ملی' WHEN 3 THEN 'Employer keeps the passport.' || char(10) || char(10) || 'Please help 🙏'
            ELSE 'It''s been ' || (n % 90) || ' days; nobody answers' END,
       CASE WHEN n % 5 <> 0 THEN assigned + assigned / 6 END, 3 + n % 12, CASE WHEN status IN ('resolved', 'closed') THEN datetime(opened, (n % 900) || ' hours') END,
       CASE WHEN status = 'resolved' AND n % 3 = 0 THEN 'Paid in full' END, opened, datetime(opened, (n % 900) || ' hours'),
       CASE WHEN n % 250 = 3 THEN datetime(opened, '60 days') END
FROM (SELECT n, 1 + (n - 1) * 8 AS candidate, 1 + n * 7 % (240 * :scale) AS assigned, datetime('2020-02-01 07:30:00', (n * 31000 / :scale) || ' seconds') AS opened,
             '["open", "assigned", "in_progress", "resolved", "closed", "resolved", "closed", "open", null]' ->> (n % 9) AS status
      FROM numbers WHERE n <= 6000 * :scale) numbered;

-- Remittances: 80,000
INSERT INTO remittances
SELECT n + n / 40, CASE WHEN n % 10000 = 0 THEN 9000000 + n ELSE candidate + candidate / 20 END, 'TRX' || printf('%09d', n), 400 + n * 7919 % 250000 / 100.0,
       '["SAR", "SAR", "AED", "QAR", "PKR"]' ->> (n % 5), CASE WHEN n % 6 <> 0 THEN 70.1 + n % 500 / 7.0 END, strftime('%Y-%m', sent),
       CASE WHEN n % 31 <> 0 THEN sent END,
       '["bank", "exchange", "easypaisa", null]' ->> (n % 4), '["family", "house", "school fees", "شادی", ""]' ->> (n % 5),
       CASE WHEN n % 7 = 0 THEN 'remittances/' || n || '.pdf' END, '["verified", "pending", "flagged"]' ->> (n % 3),
       datetime(sent, (n % 24) || ' hours'), datetime(sent, (n % 240) || ' hours'), CASE WHEN n % 900 = 1 THEN datetime(sent, '30 days') END
FROM (SELECT n, place / 3 * 5 + place % 3 AS candidate, date('2020-01-05', (n * 37 % 2185) || ' days') AS sent
      FROM (SELECT n, 1 + (n - 1) % (20000 * :scale) * 3 / 2 AS place FROM numbers WHERE n <= 80000 * :scale) placed) numbered;

-- Next of kin: 30,000
INSERT INTO next_of_kins
SELECT n + n / 18, CASE WHEN n % 6000 = 0 THEN 9000000 + n ELSE n + n / 20 END,
       '["Bibi Zulaikha", "Haji Rahim", "زلیخا بی بی", "Mr. \"Baba\" Jan", "Mary D''Souza", "Akhtar Bibi", "Gul Bano"]' ->> (n % 7),
       '["father", "mother", "wife", "brother", "other"]' ->> (n % 5), CASE WHEN n % 4 <> 0 THEN '54400-' || printf('%07d', n * 613 % 10000000) || '-' || (n % 10) END,
       '+92 3' || printf('%09d', n * 613 % 1000000000), CASE WHEN n % 5 = 0 THEN 'Village ' || (n % 300) || char(10) || 'Balochistan' END,
       datetime('2019-01-08 08:00:00', (n * 4400 / :scale) || ' seconds'), datetime('2019-01-08 08:00:00', (n * 4400 / :scale) || ' seconds'), NULL
FROM numbers WHERE n <= 30000 * :scale;

-- Undertakings: 18,000
INSERT INTO undertakings
SELECT n + n / 22, candidate + candidate / 20, '["employment", "training", "financial"]' ->> (n % 3),
       CASE n % 2 WHEN 0 THEN 'میں اقرار کرتا ہوں کہ دی گئی معلومات درست ہیں' ELSE 'I hereby declare that:' || char(10) || '1. what I said is true;' || char(10) || '2. I''ll return.' END,
       CASE WHEN n % 3 <> 0 THEN 'undertakings/' || n || '.png' END, CASE WHEN n % 5 = 0 THEN 'Witness "A"' END, n % 3 <> 0,
       CASE WHEN n % 3 <> 0 THEN signed END, signed, signed, NULL
FROM (SELECT n, 1 + n * 2 AS candidate, datetime('2019-01-20 11:00:00', (n * 8800 / :scale) || ' seconds') AS signed FROM numbers WHERE n <= 18000 * :scale) numbered;

-- Activity log: 200,000
INSERT INTO activity_log
SELECT n + n / 50, '["candidates", "screening", "departures", "default"]' ->> (n % 4), '["created", "updated", "status changed to \"ready\""]' ->> (n % 3),
       '["App\\Models\\Candidate", "App\\Models\\CandidateScreening", "App\\Models\\Departure", null]' ->> (n % 4), '["created", "updated", "updated"]' ->> (n % 3),
       CASE WHEN n % 4 <> 3 THEN 1 + n * 7 % (20000 * :scale) END, CASE WHEN n % 11 <> 0 THEN 'App\Models\User' END, CASE WHEN n % 11 <> 0 THEN causer + causer / 6 END,
       CASE WHEN n % 5 <> 0 THEN json_object('attributes', json_object('status', '["screened", "registered", "departed"]' ->> (n % 3), 'step', n % 100),
                                             'note', CASE WHEN n % 10 = 1 THEN 'درست "ok" 👍' END) END,
       CASE WHEN n % 20 = 0 THEN printf('%08x', n * 2654435761 % 4294967296) || '-0000-4000-8000-' || printf('%012d', n) END,
       datetime('2019-01-07 08:00:00', (n * 1100 / :scale) || ' seconds'), datetime('2019-01-07 08:00:00', (n * 1100 / :scale) || ' seconds')
FROM (SELECT n, 1 + n % (240 * :scale) AS causer FROM numbers WHERE n <= 200000 * :scale) numbered;

-- Media: 5,000
INSERT INTO media
SELECT n + n / 16, 'App\Models\Candidate', n * 7 + n * 7 / 20, printf('%08x', n * 2654435761 % 4294967296) || '-0000-4000-9000-' || printf('%012d', n),
       '["cnic", "passport", "domicile"]' ->> (n % 3), ('["scan ", "شناختی کارڈ ", "copy of \""]' ->> (n % 3)) || n || '.pdf',
       '["application/pdf", "image/jpeg"]' ->> (n % 2),
       1024 + n * 7919 % 5000000, json_object('pages', 1 + n % 4, 'rotated', CASE n % 3 WHEN 0 THEN NULL ELSE n % 360 END, 'tags', json_array('scan', n % 9)),
       CASE WHEN n % 6 <> 0 THEN CAST(printf('%016d', n) AS BLOB) END, datetime('2021-01-01 00:00:00', (n * 29) || ' minutes'), NULL
FROM numbers WHERE n <= 5000 * :scale;

-- Roles of users: 240
INSERT INTO role_user SELECT 1 + number % 6, id FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS number FROM users) numbered;

-- Sessions: 300
INSERT INTO sessions
SELECT 'session' || printf('%033d', n * 7919), CASE WHEN n % 3 <> 0 THEN person + person / 6 END, '10.0.' || (n % 8) || '.' || (n % 250),
       'Mozilla/5.0 (X11; Linux x86_64)',
       'YTozOntzOjY6Il90b2tlbiI7' || n, 1768000000 + n * 61
FROM (SELECT n, 1 + n % 240 AS person FROM numbers WHERE n <= 300) numbered;

-- Jobs: 40
INSERT INTO jobs
SELECT n, '["default", "mail"]' ->> (n % 2), json_object('displayName', 'App\Jobs\SendReminder', 'candidate', n), n % 3, NULL, 1768100000 + n, 1768090000 + n
FROM numbers WHERE n <= 40;

-- Failed jobs: 25
INSERT INTO failed_jobs
SELECT n * 3, '00000000-0000-4000-8000-' || printf('%012d', n), 'database', 'mail', json_object('displayName', 'App\Jobs\SendReminder', 'candidate', n),
       'Swift_TransportException: Connection could not be established' || char(10) || '#0 {main}', datetime('2025-11-01 02:00:00', n || ' days')
FROM numbers WHERE n <= 25;

-- Password resets: 60, some of them equal
INSERT INTO password_resets
SELECT 'user.' || (n % 45) || '@btevta.example', printf('%060d', n % 45 * 2654435761 % 4294967296), datetime('2025-12-01 09:00:00', (n % 45) || ' minutes')
FROM numbers WHERE n <= 60;

-- Cache: 120
INSERT INTO cache SELECT 'wasl_cache_report.' || n, 'i:' || (n * 31) || ';', 1768200000 + n FROM numbers WHERE n <= 120;

-- What the build alone needed
DROP TABLE numbers;

-- Indexes
CREATE UNIQUE INDEX users_email_unique ON users (email);
CREATE INDEX users_role_index ON users (role);
CREATE UNIQUE INDEX campuses_code_unique ON campuses (code);
CREATE UNIQUE INDEX trades_code_unique ON trades (code);
CREATE UNIQUE INDEX oeps_code_unique ON oeps (code);
CREATE UNIQUE INDEX batches_batch_code_unique ON batches (batch_code);
CREATE INDEX batches_status_index ON batches (status);
CREATE UNIQUE INDEX candidates_btevta_id_unique ON candidates (btevta_id);
CREATE INDEX candidates_cnic_index ON candidates (cnic);
CREATE INDEX candidates_application_id_index ON candidates (application_id);
CREATE INDEX candidates_status_index ON candidates (status);
CREATE INDEX candidates_created_at_index ON candidates (created_at);
CREATE INDEX candidates_campus_id_index ON candidates (campus_id);
CREATE INDEX candidates_trade_id_index ON candidates (trade_id);
CREATE INDEX candidates_batch_id_index ON candidates (batch_id);
CREATE INDEX candidate_screenings_outcome_index ON candidate_screenings (outcome);
CREATE INDEX candidate_screenings_screened_by_index ON candidate_screenings (screened_by);
CREATE INDEX candidate_screenings_candidate_id_index ON candidate_screenings (candidate_id);
CREATE INDEX training_schedules_candidate_id_index ON training_schedules (candidate_id);
CREATE INDEX training_schedules_status_index ON training_schedules (status);
CREATE INDEX training_schedules_batch_id_index ON training_schedules (batch_id);
CREATE INDEX visa_processes_overall_status_index ON visa_processes (overall_status);
CREATE INDEX visa_processes_visa_number_index ON visa_processes (visa_number);
CREATE INDEX visa_processes_candidate_id_index ON visa_processes (candidate_id);
CREATE INDEX departures_departure_date_index ON departures (departure_date);
CREATE INDEX departures_candidate_id_index ON departures (candidate_id);
CREATE UNIQUE INDEX complaints_complaint_number_unique ON complaints (complaint_number);
CREATE INDEX complaints_status_index ON complaints (status);
CREATE INDEX complaints_candidate_id_index ON complaints (candidate_id);
CREATE UNIQUE INDEX remittances_transaction_reference_unique ON remittances (transaction_reference);
CREATE INDEX remittances_candidate_id_month_index ON remittances (candidate_id, month);
CREATE INDEX next_of_kins_candidate_id_index ON next_of_kins (candidate_id);
CREATE INDEX undertakings_candidate_id_index ON undertakings (candidate_id);
CREATE INDEX activity_log_log_name_index ON activity_log (log_name);
CREATE INDEX activity_log_subject ON activity_log (subject_type, subject_id);
CREATE INDEX activity_log_causer ON activity_log (causer_type, causer_id);
CREATE UNIQUE INDEX media_uuid_unique ON media (uuid);
CREATE INDEX media_model_type_model_id_index ON media (model_type, model_id);
CREATE UNIQUE INDEX roles_name_guard_name_unique ON roles (name, guard_name);
CREATE INDEX sessions_user_id_index ON sessions (user_id);
CREATE INDEX sessions_last_activity_index ON sessions (last_activity);
CREATE INDEX jobs_queue_index ON jobs (queue);
CREATE UNIQUE INDEX failed_jobs_uuid_unique ON failed_jobs (uuid);
CREATE INDEX password_resets_email_index ON password_resets (email);
CREATE UNIQUE INDEX settings_key_unique ON settings ("key");

-- How many candidates of each campus and trade there are, by status
CREATE VIEW candidate_pipeline AS
SELECT campuses.code AS campus_code, trades.code AS trade_code, candidates.status, COUNT(*) AS candidates
FROM candidates
LEFT JOIN campuses ON campuses.id = candidates.campus_id
LEFT JOIN trades ON trades.id = candidates.trade_id
WHERE candidates.deleted_at IS NULL
GROUP BY campuses.code, trades.code, candidates.status;

-- New remittances are written to the activity log
CREATE TRIGGER remittances_logged AFTER INSERT ON remittances
BEGIN
    INSERT INTO activity_log (log_name, description, subject_type, subject_id, properties, created_at)
    VALUES ('remittances', 'created', 'App\Models\Remittance', NEW.id, json_object('amount', NEW.amount, 'month', NEW.month), NEW.created_at);
END;

-- Statistics
ANALYZE;
