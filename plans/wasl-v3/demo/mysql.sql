-- A database of BTEVTA WASL v2 before the migration: 50,000 candidates at scale 1, ids with gaps, names in two scripts
-- Everything is arithmetic on the row's number n, so that two builds are equal. A row n of a table has the id n + n DIV k.
-- What v2 leaves open is chosen as in applications of its kind:
--   codes        campuses.code and trades.code are varchar(50), UNIQUE and may be NULL; here every one has a code, some with hyphens
--   registration candidates.registered_at may be NULL, and is for one in 50; created_at, which then stands for it, never is
--   drafts       candidates.status = 'draft': without campus, trade and batch
--   tests        candidates.name or btevta_id begins with TEST or DEMO, in capitals or not
--   transferred  a candidate who has moved to another campus keeps the batch of the old one
--   visa         overall_status is initiated, interview, trade_test, takamol, medical, biometric, visa_issued, completed, rejected or NULL;
--                the stages' statuses are pending, scheduled, passed, failed or NULL, visa_status pending, issued, refused or NULL
--   complaints   status is open, assigned, in_progress, resolved, closed or NULL; priority low, normal, high, urgent
--   departures   destination is free text; a date that is not to be past, whenever the plan runs, is in 2031 or later
--   remittances  month is the text YYYY-MM
--   references   that no key declares: candidate_screenings.screened_by, next_of_kins.candidate_id, training_schedules.candidate_id,
--                remittances.candidate_id, batches.coordinator_id, media.model_id, activity_log's subject and causer, sessions.user_id

-- The database: names in every script, whatever the server's default is
ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Users: the table
CREATE TABLE users (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(255) NOT NULL, email varchar(255) NOT NULL, role varchar(50) NOT NULL DEFAULT 'campus_admin',
    campus_id bigint unsigned NULL, phone varchar(20) NULL, is_active tinyint(1) NOT NULL DEFAULT 1, email_verified_at timestamp NULL DEFAULT NULL,
    password varchar(255) NOT NULL, remember_token varchar(100) NULL, last_login_at timestamp NULL DEFAULT NULL,
    created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL, deleted_at timestamp NULL DEFAULT NULL,
    UNIQUE KEY users_email_unique (email), KEY users_role_index (role));
-- Campuses: the table
CREATE TABLE campuses (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(255) NOT NULL, code varchar(50) NULL, address text NULL, city varchar(100) NULL,
    province varchar(100) NULL, contact_person varchar(255) NULL, phone varchar(20) NULL, email varchar(255) NULL, is_active tinyint(1) NOT NULL DEFAULT 1,
    created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL, deleted_at timestamp NULL DEFAULT NULL,
    UNIQUE KEY campuses_code_unique (code));
-- Users belong to campuses, which the first migration did not know yet
ALTER TABLE users ADD CONSTRAINT users_campus_id_foreign FOREIGN KEY (campus_id) REFERENCES campuses (id) ON DELETE SET NULL;
-- Trades: the table
CREATE TABLE trades (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(255) NOT NULL, code varchar(50) NULL, category varchar(100) NULL, description text NULL,
    duration_weeks smallint unsigned NULL, is_active tinyint(1) NOT NULL DEFAULT 1, created_at timestamp NULL DEFAULT NULL,
    updated_at timestamp NULL DEFAULT NULL, deleted_at timestamp NULL DEFAULT NULL, UNIQUE KEY trades_code_unique (code));
-- Overseas employment promoters: the table
CREATE TABLE oeps (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(255) NOT NULL, code varchar(50) NULL, company_name varchar(255) NULL,
    registration_number varchar(100) NULL, license_number varchar(100) NULL, address text NULL, phone varchar(20) NULL, email varchar(255) NULL,
    country varchar(100) NULL, is_active tinyint(1) NOT NULL DEFAULT 1, created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL,
    deleted_at timestamp NULL DEFAULT NULL, UNIQUE KEY oeps_code_unique (code));
-- Instructors: the table
CREATE TABLE instructors (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(255) NOT NULL, cnic varchar(15) NULL, email varchar(255) NULL, phone varchar(20) NULL,
    qualification varchar(255) NULL, campus_id bigint unsigned NULL, trade_id bigint unsigned NULL,
    employment_type enum('permanent', 'contract', 'visiting') NOT NULL DEFAULT 'contract', joining_date date NULL,
    created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL, deleted_at timestamp NULL DEFAULT NULL,
    CONSTRAINT instructors_campus_id_foreign FOREIGN KEY (campus_id) REFERENCES campuses (id) ON DELETE SET NULL,
    CONSTRAINT instructors_trade_id_foreign FOREIGN KEY (trade_id) REFERENCES trades (id) ON DELETE SET NULL);
-- Batches: the table
CREATE TABLE batches (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, batch_code varchar(100) NULL, name varchar(255) NULL, campus_id bigint unsigned NOT NULL,
    trade_id bigint unsigned NOT NULL, coordinator_id bigint unsigned NULL, capacity int NOT NULL DEFAULT 30, start_date date NOT NULL, end_date date NULL,
    status varchar(50) NOT NULL DEFAULT 'planned', description text NULL, created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL,
    deleted_at timestamp NULL DEFAULT NULL, UNIQUE KEY batches_batch_code_unique (batch_code), KEY batches_status_index (status),
    CONSTRAINT batches_campus_id_foreign FOREIGN KEY (campus_id) REFERENCES campuses (id) ON DELETE CASCADE,
    CONSTRAINT batches_trade_id_foreign FOREIGN KEY (trade_id) REFERENCES trades (id) ON DELETE CASCADE);
-- Candidates: the table
CREATE TABLE candidates (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, btevta_id varchar(50) NOT NULL, application_id varchar(50) NULL, cnic varchar(15) NULL,
    name varchar(255) NOT NULL, father_name varchar(255) NULL, date_of_birth date NULL, gender varchar(10) NULL, marital_status varchar(20) NULL,
    phone varchar(20) NULL, email varchar(255) NULL, address text NULL, district varchar(100) NULL, tehsil varchar(100) NULL, province varchar(100) NULL,
    qualification varchar(100) NULL, experience_years tinyint unsigned NULL, passport_number varchar(20) NULL, passport_expiry date NULL, photo_path varchar(500) NULL,
    expected_salary decimal(10, 2) NULL, campus_id bigint unsigned NULL, trade_id bigint unsigned NULL, batch_id bigint unsigned NULL, oep_id bigint unsigned NULL,
    status varchar(50) NOT NULL DEFAULT 'new', remarks text NULL, registered_at timestamp NULL DEFAULT NULL, created_at timestamp NULL DEFAULT NULL,
    updated_at timestamp NULL DEFAULT NULL, deleted_at timestamp NULL DEFAULT NULL,
    UNIQUE KEY candidates_btevta_id_unique (btevta_id), KEY candidates_cnic_index (cnic), KEY candidates_application_id_index (application_id),
    KEY candidates_status_index (status), KEY candidates_created_at_index (created_at),
    CONSTRAINT candidates_campus_id_foreign FOREIGN KEY (campus_id) REFERENCES campuses (id) ON DELETE SET NULL,
    CONSTRAINT candidates_trade_id_foreign FOREIGN KEY (trade_id) REFERENCES trades (id) ON DELETE SET NULL,
    CONSTRAINT candidates_batch_id_foreign FOREIGN KEY (batch_id) REFERENCES batches (id) ON DELETE SET NULL,
    CONSTRAINT candidates_oep_id_foreign FOREIGN KEY (oep_id) REFERENCES oeps (id) ON DELETE SET NULL);
-- Screenings of candidates: the table
CREATE TABLE candidate_screenings (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, candidate_id bigint unsigned NOT NULL, screened_by bigint unsigned NULL,
    screening_type varchar(50) NOT NULL DEFAULT 'desk', call_count tinyint unsigned NOT NULL DEFAULT 0, outcome varchar(50) NULL, remarks text NULL,
    screened_at timestamp NULL DEFAULT NULL, next_call_date date NULL, created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL,
    deleted_at timestamp NULL DEFAULT NULL, KEY candidate_screenings_outcome_index (outcome), KEY candidate_screenings_screened_by_index (screened_by),
    CONSTRAINT candidate_screenings_candidate_id_foreign FOREIGN KEY (candidate_id) REFERENCES candidates (id) ON DELETE CASCADE);
-- Training schedules: the table
CREATE TABLE training_schedules (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, candidate_id bigint unsigned NOT NULL, batch_id bigint unsigned NULL, instructor_id bigint unsigned NULL,
    module_name varchar(255) NULL, status enum('scheduled', 'in_progress', 'completed', 'cancelled', 'postponed', 'rescheduled') NOT NULL DEFAULT 'scheduled',
    start_date date NOT NULL, completion_date date NULL, room varchar(50) NULL, attendance_percentage decimal(5, 2) NULL, remarks text NULL,
    created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL, deleted_at timestamp NULL DEFAULT NULL,
    KEY training_schedules_candidate_id_index (candidate_id), KEY training_schedules_status_index (status),
    CONSTRAINT training_schedules_batch_id_foreign FOREIGN KEY (batch_id) REFERENCES batches (id) ON DELETE CASCADE,
    CONSTRAINT training_schedules_instructor_id_foreign FOREIGN KEY (instructor_id) REFERENCES instructors (id) ON DELETE SET NULL);
-- Visa processes: the table
CREATE TABLE visa_processes (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, candidate_id bigint unsigned NOT NULL, interview_date date NULL, interview_status varchar(50) NULL,
    interview_remarks text NULL, trade_test_date date NULL, trade_test_status varchar(50) NULL, takamol_date date NULL, takamol_status varchar(50) NULL,
    medical_date date NULL, medical_status varchar(50) NULL, gamca_center varchar(255) NULL, gamca_barcode varchar(50) NULL, biometric_date date NULL,
    biometric_status varchar(50) NULL, enumber varchar(50) NULL, visa_number varchar(50) NULL, visa_date date NULL, visa_status varchar(50) NULL,
    overall_status varchar(50) NULL, remarks text NULL, created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL,
    deleted_at timestamp NULL DEFAULT NULL, KEY visa_processes_overall_status_index (overall_status), KEY visa_processes_visa_number_index (visa_number),
    CONSTRAINT visa_processes_candidate_id_foreign FOREIGN KEY (candidate_id) REFERENCES candidates (id) ON DELETE CASCADE);
-- Departures: the table
CREATE TABLE departures (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, candidate_id bigint unsigned NOT NULL, ptn_number varchar(100) NULL, ptn_date date NULL,
    ticket_number varchar(100) NULL, departure_date date NULL, flight_number varchar(50) NULL, airline varchar(100) NULL, destination varchar(100) NULL,
    pre_briefing_date date NULL, iqama_number varchar(50) NULL, absher_registered tinyint(1) NOT NULL DEFAULT 0, salary_amount decimal(10, 2) NULL,
    first_salary_date date NULL, remarks text NULL, created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL,
    deleted_at timestamp NULL DEFAULT NULL, KEY departures_departure_date_index (departure_date),
    CONSTRAINT departures_candidate_id_foreign FOREIGN KEY (candidate_id) REFERENCES candidates (id) ON DELETE CASCADE);
-- Complaints: the table
CREATE TABLE complaints (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, complaint_number varchar(50) NOT NULL, candidate_id bigint unsigned NULL, category varchar(100) NULL,
    priority varchar(20) NOT NULL DEFAULT 'normal', status varchar(50) NULL, subject varchar(255) NULL, description text NULL,
    assigned_to bigint unsigned NULL, sla_days smallint unsigned NOT NULL DEFAULT 7, resolved_at timestamp NULL DEFAULT NULL, resolution_notes text NULL,
    created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL, deleted_at timestamp NULL DEFAULT NULL,
    UNIQUE KEY complaints_complaint_number_unique (complaint_number), KEY complaints_status_index (status),
    CONSTRAINT complaints_candidate_id_foreign FOREIGN KEY (candidate_id) REFERENCES candidates (id) ON DELETE SET NULL,
    CONSTRAINT complaints_assigned_to_foreign FOREIGN KEY (assigned_to) REFERENCES users (id) ON DELETE SET NULL);
-- Remittances: the table
CREATE TABLE remittances (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, candidate_id bigint unsigned NOT NULL, transaction_reference varchar(100) NOT NULL,
    amount decimal(12, 2) NOT NULL, currency char(3) NOT NULL DEFAULT 'SAR', exchange_rate double NULL, month char(7) NOT NULL, transfer_date date NULL,
    transfer_method varchar(50) NULL, purpose varchar(100) NULL, proof_path varchar(500) NULL, status varchar(20) NOT NULL DEFAULT 'pending',
    created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL, deleted_at timestamp NULL DEFAULT NULL,
    UNIQUE KEY remittances_transaction_reference_unique (transaction_reference), KEY remittances_candidate_id_month_index (candidate_id, month));
-- Next of kin: the table
CREATE TABLE next_of_kins (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, candidate_id bigint unsigned NOT NULL, name varchar(255) NOT NULL, relationship varchar(50) NOT NULL,
    cnic varchar(15) NULL, phone varchar(20) NULL, address text NULL, created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL,
    deleted_at timestamp NULL DEFAULT NULL, KEY next_of_kins_candidate_id_index (candidate_id));
-- Undertakings: the table
CREATE TABLE undertakings (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, candidate_id bigint unsigned NOT NULL, undertaking_type varchar(50) NOT NULL, content text NOT NULL,
    signature_path varchar(500) NULL, witness_name varchar(255) NULL, is_completed tinyint(1) NOT NULL DEFAULT 0, signed_at timestamp NULL DEFAULT NULL,
    created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL, deleted_at timestamp NULL DEFAULT NULL,
    CONSTRAINT undertakings_candidate_id_foreign FOREIGN KEY (candidate_id) REFERENCES candidates (id) ON DELETE CASCADE);
-- Activity log: the table
CREATE TABLE activity_log (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, log_name varchar(255) NULL, description text NOT NULL, subject_type varchar(255) NULL,
    event varchar(255) NULL, subject_id bigint unsigned NULL, causer_type varchar(255) NULL, causer_id bigint unsigned NULL, properties json NULL,
    batch_uuid char(36) NULL, created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL, KEY activity_log_log_name_index (log_name),
    KEY subject (subject_type, subject_id), KEY causer (causer_type, causer_id));
-- The migration ledger of the application: the table
CREATE TABLE migrations (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, migration varchar(255) NOT NULL, batch int NOT NULL);
-- Media: the table
CREATE TABLE media (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, model_type varchar(255) NOT NULL, model_id bigint unsigned NOT NULL, uuid char(36) NULL,
    collection_name varchar(255) NOT NULL, file_name varchar(255) NOT NULL, mime_type varchar(255) NULL, size bigint unsigned NOT NULL,
    custom_properties json NOT NULL, checksum binary(16) NULL, created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL,
    UNIQUE KEY media_uuid_unique (uuid), KEY media_model_type_model_id_index (model_type, model_id));
-- Roles: the table
CREATE TABLE roles (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(125) NOT NULL, guard_name varchar(125) NOT NULL,
    created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL, UNIQUE KEY roles_name_guard_name_unique (name, guard_name));
-- Roles of users: the table, with a key of two columns
CREATE TABLE role_user (
    role_id bigint unsigned NOT NULL, user_id bigint unsigned NOT NULL, PRIMARY KEY (role_id, user_id),
    CONSTRAINT role_user_role_id_foreign FOREIGN KEY (role_id) REFERENCES roles (id) ON DELETE CASCADE,
    CONSTRAINT role_user_user_id_foreign FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE);
-- Sessions: the table
CREATE TABLE sessions (
    id varchar(255) NOT NULL PRIMARY KEY, user_id bigint unsigned NULL, ip_address varchar(45) NULL, user_agent text NULL, payload text NOT NULL,
    last_activity int NOT NULL, KEY sessions_user_id_index (user_id), KEY sessions_last_activity_index (last_activity));
-- Jobs: the table
CREATE TABLE jobs (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, queue varchar(255) NOT NULL, payload longtext NOT NULL, attempts tinyint unsigned NOT NULL,
    reserved_at int unsigned NULL, available_at int unsigned NOT NULL, created_at int unsigned NOT NULL, KEY jobs_queue_index (queue));
-- Failed jobs: the table
CREATE TABLE failed_jobs (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, uuid varchar(255) NOT NULL, connection text NOT NULL, queue text NOT NULL, payload longtext NOT NULL,
    exception longtext NOT NULL, failed_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, UNIQUE KEY failed_jobs_uuid_unique (uuid));
-- Password resets: the table, without any key
CREATE TABLE password_resets (email varchar(255) NOT NULL, token varchar(255) NOT NULL, created_at timestamp NULL DEFAULT NULL, KEY password_resets_email_index (email));
-- Cache: the table
CREATE TABLE cache (`key` varchar(255) NOT NULL PRIMARY KEY, value mediumtext NOT NULL, expiration int NOT NULL);
-- Settings: the table
CREATE TABLE settings (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, `key` varchar(191) NOT NULL, value json NULL, created_at timestamp NULL DEFAULT NULL,
    updated_at timestamp NULL DEFAULT NULL, UNIQUE KEY settings_key_unique (`key`));

-- Numbers from 1
CREATE TEMPORARY TABLE numbers (n int NOT NULL PRIMARY KEY);
-- Numbers from 1 to as many as the largest table has rows: thousands of thousands, because neither product recurses deeper by itself
INSERT INTO numbers
WITH RECURSIVE digits (d) AS (SELECT 0 UNION ALL SELECT d + 1 FROM digits WHERE d < 999)
SELECT 1 + ones.d + thousands.d * 1000 + millions.d * 1000000
FROM digits millions
JOIN digits thousands ON millions.d * 1000000 + thousands.d * 1000 < 200000 * :scale
JOIN digits ones ON ones.d + thousands.d * 1000 + millions.d * 1000000 < 200000 * :scale
WHERE millions.d * 1000000 < 200000 * :scale;

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
INSERT INTO settings (id, `key`, value, created_at) VALUES
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
SELECT n + n DIV 4, CONCAT(ELT(1 + n % 5, 'Al-Falah Recruiters', 'Gulf Manpower & Co.', 'الخلیج ٹریول', 'Pak "Overseas" Employment', 'Chagai Promoters'), ' ', n),
       CASE WHEN n % 8 <> 0 THEN CONCAT('OEP-', LPAD(n, 5, '0')) END, CONCAT('Company ', n), CONCAT('REG/', n), CASE WHEN n % 6 <> 0 THEN CONCAT('MPD-', 2000 + n) END,
       NULL, CONCAT('+92 51 ', 2000000 + n), CONCAT('oep', n, '@example.pk'), ELT(1 + n % 4, 'Saudi Arabia', 'UAE', 'Qatar', NULL), n % 10 <> 0,
       TIMESTAMP'2018-06-01 09:00:00' + INTERVAL n DAY, TIMESTAMP'2022-06-01 09:00:00' + INTERVAL n DAY, CASE WHEN n % 20 = 0 THEN TIMESTAMP'2024-01-31 12:00:00' END
FROM numbers WHERE n <= 40 * :scale;

-- Users: 240
INSERT INTO users
SELECT n + n DIV 6, CONCAT(ELT(1 + n % 7, 'Asma', 'Kamran', 'Noor', 'زاہد', 'Sadaf', 'Junaid', 'O''Neil'), ' ', n), CONCAT('user.', n, '@btevta.example'),
       CASE n WHEN 1 THEN 'super_admin' ELSE ELT(1 + n % 6, 'campus_admin', 'campus_admin', 'trainer', 'oep', 'viewer', 'project_director') END,
       CASE WHEN n % 4 <> 0 THEN campus + campus DIV 5 END, CASE WHEN n % 5 <> 0 THEN CONCAT('+92 300 ', 1000000 + n) END, n % 11 <> 0,
       CASE WHEN n % 3 <> 0 THEN TIMESTAMP'2019-01-02 08:00:00' + INTERVAL n HOUR END, CONCAT('$2y$10$', LPAD(n * 2654435761 % 4294967296, 53, '0')), NULL,
       CASE WHEN n % 7 <> 0 THEN TIMESTAMP'2026-01-05 06:00:00' + INTERVAL n * 37 MINUTE END, TIMESTAMP'2019-01-01 08:00:00' + INTERVAL n HOUR,
       TIMESTAMP'2025-03-01 08:00:00' + INTERVAL n HOUR, CASE WHEN n % 40 = 0 THEN TIMESTAMP'2025-03-01 08:00:00' + INTERVAL n HOUR END
FROM (SELECT n, 1 + n % 12 AS campus FROM numbers WHERE n <= 240 * :scale) numbered;

-- Instructors: 120
INSERT INTO instructors
SELECT n + n DIV 5, CONCAT(ELT(1 + n % 7, 'Ustad Rafiq', 'Engr. Saleem', 'Ms. Farzana', 'استاد کریم', 'Mr. D''Cruz', 'Engr. Tahir', 'Gul Khan'), ' ', n),
       CONCAT(54400 + n % 37, '-', LPAD(n * 7919 % 10000000, 7, '0'), '-', n % 10), CONCAT('instructor', n, '@btevta.example'), CONCAT('+92 333 ', 1000000 + n),
       ELT(1 + n % 4, 'DAE', 'B.Tech', 'B.Sc. Engineering', NULL), campus + campus DIV 5, trade + trade DIV 8, ELT(1 + n % 3, 'permanent', 'contract', 'visiting'),
       DATE'2015-01-01' + INTERVAL n * 11 DAY, TIMESTAMP'2019-01-03 08:00:00' + INTERVAL n HOUR, TIMESTAMP'2024-02-01 08:00:00' + INTERVAL n HOUR, NULL
FROM (SELECT n, 1 + n % 12 AS campus, 1 + n % 20 AS trade FROM numbers WHERE n <= 120 * :scale) numbered;

-- Batches: 925, of which the candidates fill 910; every seventh is of the three largest campuses
INSERT INTO batches
SELECT b + b DIV 7,
       CASE WHEN b % 41 <> 0 THEN CONCAT('BATCH-', campuses.code, '-', trades.code, '-', DATE_FORMAT(starts, '%Y%m'), '-', LPAD(b % 1000, 3, '0')) END,
       CASE WHEN b % 29 <> 0 THEN CONCAT(trades.name, ' ', b, ' – ', campuses.city) END, campuses.id, trades.id,
       CASE WHEN b % 400 = 133 THEN 9000000 + b WHEN b % 9 <> 0 THEN 1 + b % 200 + (1 + b % 200) DIV 6 END, 35 + b % 3 * 5, starts,
       CASE WHEN b % 31 <> 0 THEN starts + INTERVAL 60 + b % 4 * 30 DAY END,
       CASE WHEN b % 37 = 0 THEN 'cancelled' WHEN starts < '2025-06-01' THEN 'completed' WHEN starts < '2025-12-20' THEN 'active' ELSE 'planned' END,
       CASE b % 10 WHEN 0 THEN '' WHEN 1 THEN 'شام کی کلاس' WHEN 2 THEN CONCAT('Two shifts:', CHAR(10), 'morning; "evening"') END,
       TIMESTAMP(starts) - INTERVAL 207 HOUR, TIMESTAMP(starts) + INTERVAL b % 90 DAY, NULL
FROM (SELECT n AS b, CASE WHEN n % 7 = 0 THEN n DIV 7 % 3 ELSE n END AS mix, DATE'2019-02-01' + INTERVAL n * 242000 DIV (86400 * :scale) DAY AS starts
      FROM numbers WHERE n <= 925 * :scale) numbered
JOIN campuses ON campuses.id = 1 + mix % 12 + (1 + mix % 12) DIV 5
JOIN trades ON trades.id = 1 + mix % 20 + (1 + mix % 20) DIV 8;

-- Candidates: 50,000; three of five have a batch, 33 in each; one in 997 has moved to another campus since
INSERT INTO candidates
SELECT n + n DIV 20,
       CONCAT(CASE WHEN test = 0 THEN 'TEST' WHEN test = 2 THEN 'DEMO' ELSE 'BTEVTA' END, '-', YEAR(registered), '-', LPAD(n, 7, '0')),
       CASE WHEN n % 9 <> 0 THEN CONCAT('APP-', YEAR(registered), LPAD(n * 7 % 1000000, 6, '0')) WHEN n % 2 = 0 THEN '' END,
       CASE WHEN n % 83 <> 0 THEN CONCAT(54400 + n % 37, '-', LPAD(n * 7919 % 10000000, 7, '0'), '-', n % 10) END,
       CASE WHEN test = 1 THEN CONCAT('TEST candidate ', n) WHEN test = 3 THEN CONCAT('Demo Candidate ', n)
            ELSE CONCAT(CASE WHEN n % 3 = 0
                             THEN ELT(1 + n % 13, 'Ayesha', 'Fatima', 'Sana', 'Zainab', 'عائشہ بی بی', 'Hina', 'Rabia', 'Sadia', 'فاطمہ', 'Mehwish', 'Nimra', 'Kiran', 'Maryam')
                             ELSE ELT(1 + n % 17, 'Muhammad Ali', 'Ahmed', 'Bilal', 'Imran', 'Usman', 'Hamza', 'Abdul Rehman', 'Zubair', 'محمد عثمان', 'غلام رسول',
                                      'Sajjad', 'Tariq', 'Waqas', 'Nadeem', 'Faisal "Faisi"', 'Shahid', 'علی حسن') END, ' ',
                        ELT(1 + n % 19, 'Khan', 'Ahmad', 'Malik', 'Baloch', 'D''Souza', 'Qureshi', 'Afridi', 'Mengal', 'بلوچ', 'Butt', 'Chaudhry', 'Shah', 'Jamali',
                            'Bugti', 'خان', 'Marri', 'Sheikh', 'Kakar', 'Tareen'), CASE WHEN n % 2003 = 0 THEN ' 🙂' ELSE '' END) END,
       CASE WHEN n % 71 <> 0 THEN ELT(1 + n % 11, 'Ghulam Nabi', 'Abdul Karim', 'Haji Akbar', 'Mir Hassan', 'نور محمد', 'Yusuf', 'Karim Bakhsh', 'Allah Ditta',
                                      'Joseph O''Brien', 'Dad "Dadu" Khan', 'Sher Zaman') END,
       CASE WHEN n % 61 <> 0 THEN DATE'1979-01-01' + INTERVAL n * 31 % 9500 DAY END,
       CASE WHEN n % 211 = 0 THEN NULL WHEN n % 3 = 0 THEN 'female' ELSE 'male' END, ELT(1 + n % 4, 'single', 'single', 'married', NULL),
       CASE WHEN n % 23 = 0 THEN '' ELSE CONCAT('+92 3', LPAD(n * 7727 % 1000000000, 9, '0')) END, CASE WHEN n % 4 = 0 THEN CONCAT('candidate', n, '@example.pk') END,
       CASE WHEN n % 3 <> 0 THEN CONCAT('House ', n % 500, ', Street ', n % 40, CHAR(10), 'Mohalla "', ELT(1 + n % 3, 'Jinnah', 'اقبال', 'Al-Noor'), '"') END,
       ELT(1 + n % 13, 'Quetta', 'Pishin', 'Khuzdar', 'Lasbela', 'Chaman', 'Turbat', 'Gwadar', 'Sibi', 'کوئٹہ', 'Zhob', 'Loralai', 'Panjgur', 'Nushki'),
       CASE WHEN n % 6 = 0 THEN 'Saryab' END, ELT(1 + n % 6, 'Balochistan', 'Balochistan', 'Balochistan', 'Sindh', 'Punjab', 'KPK'),
       ELT(1 + n % 5, 'Middle', 'Matric', 'FA/FSc', 'DAE', NULL), n % 12, CASE WHEN n % 3 = 1 THEN CONCAT('AB', LPAD(n * 7727 % 10000000, 7, '0')) END,
       CASE WHEN n % 3 = 1 THEN DATE'2027-01-01' + INTERVAL n % 3000 DAY END, CASE WHEN n % 5 <> 0 THEN CONCAT('candidates/photos/', n, '.jpg') END,
       CASE WHEN n % 4 <> 0 THEN 1200.5 + n % 30 * 50 END,
       CASE WHEN NOT draft THEN campus + campus DIV 5 END, CASE WHEN NOT draft THEN trade + trade DIV 8 END, b + b DIV 7,
       CASE WHEN n % 4 = 1 THEN oep + oep DIV 4 END,
       CASE WHEN draft THEN 'draft'
            WHEN b IS NULL AND n > 46000 * :scale THEN ELT(1 + n % 7, 'new', 'listed', 'applied', 'new', 'screening', 'new', 'screened')
            WHEN b IS NULL THEN ELT(1 + (n + n DIV 5) % 17, 'new', 'new', 'new', 'listed', 'listed', 'applied', 'screening', 'screening', 'screened', 'screened', 'registered',
                                    'registered', 'deferred', 'deferred', 'rejected', 'withdrawn', 'dropped')
            WHEN n > 46000 * :scale THEN ELT(1 + n % 4, 'registered', 'in_training', 'training', 'registered')
            ELSE ELT(1 + (n + n DIV 5) % 23, 'registered', 'training', 'training', 'in_training', 'training_completed', 'visa_process', 'visa_process', 'visa_processing',
                     'visa_approved', 'ready_to_depart', 'ready', 'departed', 'departed', 'departed', 'departed', 'departed', 'post_departure', 'post_departure',
                     'completed',
                     'completed', 'completed', 'withdrawn', 'dropped') END,
       CASE n % 12 WHEN 0 THEN '' WHEN 1 THEN CONCAT('Called twice', CHAR(10), 'will come "next week"') WHEN 2 THEN 'دوبارہ فون کریں' WHEN 3 THEN 'Father''s consent 👍' END,
       CASE WHEN n % 50 = 7 THEN NULL WHEN n % 3 = 0 THEN TIMESTAMP(DATE(registered)) ELSE registered END,
       registered - INTERVAL n % 96 HOUR, registered + INTERVAL n % 20 DAY, CASE WHEN n % 100 IN (17, 31, 79) THEN registered + INTERVAL 20 DAY END
FROM (SELECT n, b, registered, 1 + (mix + (b IS NOT NULL AND n % 997 = 0)) % 12 AS campus, 1 + mix % 20 AS trade, 1 + n * 7 % (40 * :scale) AS oep,
             n % 500 = 124 AS draft, CASE WHEN n % 200 IN (50, 153) THEN n DIV 200 % 4 ELSE 4 END AS test
      FROM (SELECT n, b, registered, CASE WHEN place % 7 = 0 THEN place DIV 7 % 3 ELSE place END AS mix
            FROM (SELECT n, b, CASE WHEN b IS NULL THEN n DIV 5 * 11 + n % 5 ELSE b END AS place,
                         TIMESTAMP'2019-01-07 08:00:00' + INTERVAL n * 4400 DIV :scale - CASE WHEN n % 41 = 0 THEN 1728000 ELSE 0 END SECOND AS registered
                  FROM (SELECT n, CASE WHEN n % 5 < 3 THEN 1 + (n DIV 5 * 3 + n % 5) DIV 33 END AS b FROM numbers WHERE n <= 50000 * :scale) batched) placed) mixed) numbered;

-- Screenings of candidates: 60,000
INSERT INTO candidate_screenings
SELECT n + n DIV 30, candidate + candidate DIV 20, CASE WHEN n % 19 <> 0 THEN screener + screener DIV 6 END, ELT(1 + n % 3, 'desk', 'call', 'physical'), n % 4,
       ELT(1 + n % 23, 'passed', 'passed', 'passed', 'passed', 'passed', 'passed', 'passed', 'passed', 'passed', 'approved', 'approved', 'Approved', 'Passed ', 'PASSED',
           'failed', 'failed', 'FAILED', 'rejected', 'pending', 'pending', 'Pending', '', NULL),
       CASE n % 9 WHEN 0 THEN '' WHEN 1 THEN CONCAT('Spoke to the father', CHAR(10), '"call again"') WHEN 2 THEN 'انٹرویو مکمل' WHEN 3 THEN 'OK ✅' END,
       CASE WHEN n % 23 < 18 THEN screened END, CASE WHEN n % 23 >= 18 THEN DATE(screened) + INTERVAL 7 DAY END, screened, screened + INTERVAL n % 30 HOUR,
       CASE WHEN n % 300 = 11 THEN screened + INTERVAL 4 DAY END
FROM (SELECT n, candidate, 1 + n % (240 * :scale) AS screener,
             TIMESTAMP'2019-01-12 10:00:00' + INTERVAL candidate * 4400 DIV :scale + n % 9 * 86400 SECOND AS screened
      FROM (SELECT n, 1 + (n - 1) % (50000 * :scale) AS candidate FROM numbers WHERE n <= 60000 * :scale) placed) numbered;

-- Training schedules: 40,000, two or three of each of 16,000 candidates
INSERT INTO training_schedules
SELECT n + n DIV 25, CASE WHEN n % 8000 = 0 THEN 9000000 + n ELSE candidate + candidate DIV 20 END, b + b DIV 7,
       CASE WHEN n % 37 <> 0 THEN instructor + instructor DIV 5 END,
       ELT(1 + n % 7, 'Safety & tools', 'Workshop practice', 'Arabic for "beginners"', 'حفاظتی تربیت', 'Blueprint reading', 'Soft skills', NULL), status, starts,
       CASE WHEN status = 'completed' AND n % 50 <> 0 THEN starts + INTERVAL 14 + n % 120 DAY END, CASE WHEN n % 3 = 0 THEN CONCAT('Lab ', n % 9) END,
       CASE WHEN status = 'completed' THEN 60 + n % 400 / 10 END, CASE WHEN n % 20 = 0 THEN CONCAT('Moved', CHAR(10), 'see notice') END,
       TIMESTAMP(starts) - INTERVAL 72 HOUR, TIMESTAMP(starts) + INTERVAL n % 900 HOUR, CASE WHEN n % 700 = 9 THEN TIMESTAMP(starts) + INTERVAL 40 DAY END
FROM (SELECT n, 1 + place DIV 33 AS b, place DIV 3 * 5 + place % 3 AS candidate, 1 + n % (120 * :scale) AS instructor,
             DATE'2019-02-01' + INTERVAL (1 + place DIV 33) * 242000 DIV (86400 * :scale) + (n - 1) DIV (16000 * :scale) * 45 DAY AS starts,
             CASE WHEN place > 27600 * :scale THEN ELT(1 + n % 3, 'scheduled', 'in_progress', 'postponed')
                  ELSE ELT(1 + n % 17, 'completed', 'completed', 'completed', 'completed', 'completed', 'completed', 'completed', 'completed', 'completed', 'completed',
                           'in_progress', 'in_progress', 'scheduled', 'scheduled', 'cancelled', 'postponed', 'rescheduled') END AS status
      FROM (SELECT n, 1 + (n - 1) % (16000 * :scale) * 15 DIV 8 AS place FROM numbers WHERE n <= 40000 * :scale) placed) numbered;

-- Visa processes: 25,000
INSERT INTO visa_processes
SELECT n + n DIV 12, candidate + candidate DIV 20, CASE WHEN reached >= 1 THEN begun END,
       CASE WHEN reached > 1 THEN 'passed' WHEN reached = 1 THEN ELT(1 + n % 2, 'pending', 'scheduled') END,
       CASE n % 30 WHEN 0 THEN 'ویزا انٹرویو اچھا رہا' WHEN 1 THEN CONCAT('Came late;', CHAR(10), 'agent said "fine"') END,
       CASE WHEN reached >= 2 THEN begun + INTERVAL 7 + n % 9 DAY END,
       CASE WHEN reached > 2 THEN 'passed' WHEN reached = 2 THEN ELT(1 + n % 2, 'pending', 'scheduled') END,
       CASE WHEN reached >= 3 THEN begun + INTERVAL 20 DAY END, CASE WHEN reached > 3 THEN 'passed' WHEN reached = 3 THEN ELT(1 + n % 2, 'pending', 'scheduled') END,
       CASE WHEN reached >= 4 THEN begun + INTERVAL 30 DAY END,
       CASE WHEN stage = 9 THEN 'failed' WHEN reached > 4 THEN 'passed' WHEN reached = 4 THEN ELT(1 + n % 2, 'pending', 'scheduled') END,
       CASE WHEN reached >= 4 THEN ELT(1 + n % 3, 'GAMCA Islamabad', 'GAMCA Karachi', 'GAMCA "Quetta"') END,
       CASE WHEN reached >= 4 THEN LPAD(n * 7727 % 1000000000, 9, '0') END,
       CASE WHEN reached >= 5 THEN begun + INTERVAL 40 DAY END, CASE WHEN reached > 5 THEN 'passed' WHEN reached = 5 THEN ELT(1 + n % 2, 'pending', 'scheduled') END,
       CASE WHEN reached >= 5 THEN CONCAT('E', LPAD(n, 8, '0')) END,
       CASE WHEN reached >= 6 THEN CONCAT('60', LPAD(n * 7919 % 100000000, 8, '0')) WHEN n % 3 = 0 THEN '' END, CASE WHEN reached >= 6 THEN begun + INTERVAL 55 DAY END,
       CASE WHEN stage = 9 THEN 'refused' WHEN reached >= 6 THEN 'issued' WHEN n % 4 <> 0 THEN 'pending' END,
       CASE WHEN n % 97 <> 0 THEN ELT(1 + stage, 'initiated', 'interview', 'trade_test', 'takamol', 'medical', 'biometric', 'visa_issued', 'completed', 'completed', 'rejected') END,
       CASE WHEN n % 14 = 0 THEN 'Agent''s copy kept' END, TIMESTAMP(begun) - INTERVAL 30 HOUR, TIMESTAMP(begun) + INTERVAL n % 1400 HOUR, NULL
FROM (SELECT n, stage, CASE WHEN stage = 9 THEN 4 ELSE stage END AS reached, place DIV 3 * 5 + place % 3 AS candidate,
             DATE'2019-06-01' + INTERVAL (1 + place DIV 33) * 242000 DIV (86400 * :scale) DAY AS begun
      FROM (SELECT n, n + n DIV 5 AS place, CASE WHEN n > 23000 * :scale THEN n % 2 ELSE (n * 11 + n DIV 33) % 10 END AS stage
            FROM numbers WHERE n <= 25000 * :scale) placed) numbered;

-- Departures: 20,000; one in 40 leaves in 2031 or later
INSERT INTO departures
SELECT n + n DIV 15, candidate + candidate DIV 20, CASE n % 7 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE CONCAT('PTN-', YEAR(leaves), '-', LPAD(n, 7, '0')) END,
       CASE WHEN n % 7 > 1 AND n % 23 <> 0 OR n % 14 = 8 THEN leaves - INTERVAL 20 DAY END,
       CASE n % 5 WHEN 0 THEN '' WHEN 1 THEN NULL ELSE CONCAT('157-', LPAD(n * 7919 % 10000000000, 10, '0')) END,
       CASE WHEN n % 40 = 0 THEN DATE'2031-03-01' + INTERVAL n % 900 DAY WHEN n % 9 <> 0 AND leaves < '2025-12-31' THEN leaves END,
       CASE WHEN n % 5 > 1 THEN CONCAT(ELT(1 + n % 3, 'PK-', 'SV-', 'EK-'), 200 + n % 700) END, ELT(1 + n % 4, 'PIA', 'Saudia', 'Emirates', NULL),
       ELT(1 + n % 11, 'Saudi Arabia', 'Saudi Arabia', 'UAE', 'Qatar', 'Oman', 'Kuwait', 'Bahrain', 'Malaysia', 'سعودی عرب', NULL, 'Dubai, "UAE"'),
       CASE WHEN n % 6 <> 0 THEN leaves - INTERVAL 5 DAY END, CASE WHEN n % 3 = 0 THEN CONCAT('2', LPAD(n * 7727 % 1000000000, 9, '0')) END, n % 3 = 0,
       CASE WHEN n % 4 <> 0 THEN 1500.25 + n % 40 * 25 END, CASE WHEN n % 3 = 0 THEN leaves + INTERVAL 45 DAY END,
       CASE n % 15 WHEN 0 THEN '' WHEN 1 THEN CONCAT('Bag lost', CHAR(10), 'found again ✈️') WHEN 2 THEN 'روانگی مکمل' END,
       TIMESTAMP(leaves) - INTERVAL 700 HOUR, TIMESTAMP(leaves) - INTERVAL n % 500 HOUR, CASE WHEN n % 800 = 13 THEN TIMESTAMP(leaves) END
FROM (SELECT n, place DIV 3 * 5 + place % 3 AS candidate, DATE'2019-08-20' + INTERVAL (1 + place DIV 33) * 242000 DIV (86400 * :scale) + n % 60 DAY AS leaves
      FROM (SELECT n, n + n DIV 2 AS place FROM numbers WHERE n <= 20000 * :scale) placed) numbered;

-- Complaints: 6,000
INSERT INTO complaints
SELECT n + n DIV 9, CONCAT('CMP-', YEAR(opened), '-', LPAD(n, 6, '0')), CASE WHEN n % 13 <> 0 THEN candidate + candidate DIV 20 END,
       ELT(1 + n % 6, 'salary', 'accommodation', 'training', 'visa', 'behaviour', NULL), ELT(1 + n % 4, 'normal', 'high', 'low', 'urgent'), status,
       CASE WHEN n % 8 <> 0 THEN CONCAT('Complaint about "', n % 50, '"') END,
       CASE n % 17 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'تنخواہ تین ماہ سے نہیں ملی' WHEN 3 THEN CONCAT('Employer keeps the passport.', CHAR(10), CHAR(10), 'Please help 🙏')
            ELSE CONCAT('It''s been ', n % 90, ' days; nobody answers') END,
       CASE WHEN n % 5 <> 0 THEN assigned + assigned DIV 6 END, 3 + n % 12, CASE WHEN status IN ('resolved', 'closed') THEN opened + INTERVAL n % 900 HOUR END,
       CASE WHEN status = 'resolved' AND n % 3 = 0 THEN 'Paid in full' END, opened, opened + INTERVAL n % 900 HOUR,
       CASE WHEN n % 250 = 3 THEN opened + INTERVAL 60 DAY END
FROM (SELECT n, 1 + (n - 1) * 8 AS candidate, 1 + n * 7 % (240 * :scale) AS assigned, TIMESTAMP'2020-02-01 07:30:00' + INTERVAL n * 31000 DIV :scale SECOND AS opened,
             ELT(1 + n % 9, 'open', 'assigned', 'in_progress', 'resolved', 'closed', 'resolved', 'closed', 'open', NULL) AS status
      FROM numbers WHERE n <= 6000 * :scale) numbered;

-- Remittances: 80,000
INSERT INTO remittances
SELECT n + n DIV 40, CASE WHEN n % 10000 = 0 THEN 9000000 + n ELSE candidate + candidate DIV 20 END, CONCAT('TRX', LPAD(n, 9, '0')), 400 + n * 7919 % 250000 / 100,
       ELT(1 + n % 5, 'SAR', 'SAR', 'AED', 'QAR', 'PKR'), CASE WHEN n % 6 <> 0 THEN 70.1 + n % 500 / 7e0 END, DATE_FORMAT(sent, '%Y-%m'),
       CASE WHEN n % 31 <> 0 THEN sent END,
       ELT(1 + n % 4, 'bank', 'exchange', 'easypaisa', NULL), ELT(1 + n % 5, 'family', 'house', 'school fees', 'شادی', ''),
       CASE WHEN n % 7 = 0 THEN CONCAT('remittances/', n, '.pdf') END, ELT(1 + n % 3, 'verified', 'pending', 'flagged'),
       TIMESTAMP(sent) + INTERVAL n % 24 HOUR, TIMESTAMP(sent) + INTERVAL n % 240 HOUR, CASE WHEN n % 900 = 1 THEN TIMESTAMP(sent) + INTERVAL 30 DAY END
FROM (SELECT n, place DIV 3 * 5 + place % 3 AS candidate, DATE'2020-01-05' + INTERVAL n * 37 % 2185 DAY AS sent
      FROM (SELECT n, 1 + (n - 1) % (20000 * :scale) * 3 DIV 2 AS place FROM numbers WHERE n <= 80000 * :scale) placed) numbered;

-- Next of kin: 30,000
INSERT INTO next_of_kins
SELECT n + n DIV 18, CASE WHEN n % 6000 = 0 THEN 9000000 + n ELSE n + n DIV 20 END,
       ELT(1 + n % 7, 'Bibi Zulaikha', 'Haji Rahim', 'زلیخا بی بی', 'Mr. "Baba" Jan', 'Mary D''Souza', 'Akhtar Bibi', 'Gul Bano'),
       ELT(1 + n % 5, 'father', 'mother', 'wife', 'brother', 'other'), CASE WHEN n % 4 <> 0 THEN CONCAT('54400-', LPAD(n * 613 % 10000000, 7, '0'), '-', n % 10) END,
       CONCAT('+92 3', LPAD(n * 613 % 1000000000, 9, '0')), CASE WHEN n % 5 = 0 THEN CONCAT('Village ', n % 300, CHAR(10), 'Balochistan') END,
       TIMESTAMP'2019-01-08 08:00:00' + INTERVAL n * 4400 DIV :scale SECOND, TIMESTAMP'2019-01-08 08:00:00' + INTERVAL n * 4400 DIV :scale SECOND, NULL
FROM numbers WHERE n <= 30000 * :scale;

-- Undertakings: 18,000
INSERT INTO undertakings
SELECT n + n DIV 22, candidate + candidate DIV 20, ELT(1 + n % 3, 'employment', 'training', 'financial'),
       CASE n % 2 WHEN 0 THEN 'میں اقرار کرتا ہوں کہ دی گئی معلومات درست ہیں' ELSE CONCAT('I hereby declare that:', CHAR(10), '1. what I said is true;', CHAR(10), '2. I''ll return.') END,
       CASE WHEN n % 3 <> 0 THEN CONCAT('undertakings/', n, '.png') END, CASE WHEN n % 5 = 0 THEN 'Witness "A"' END, n % 3 <> 0,
       CASE WHEN n % 3 <> 0 THEN signed END, signed, signed, NULL
FROM (SELECT n, 1 + n * 2 AS candidate, TIMESTAMP'2019-01-20 11:00:00' + INTERVAL n * 8800 DIV :scale SECOND AS signed FROM numbers WHERE n <= 18000 * :scale) numbered;

-- Activity log: 200,000
INSERT INTO activity_log
SELECT n + n DIV 50, ELT(1 + n % 4, 'candidates', 'screening', 'departures', 'default'), ELT(1 + n % 3, 'created', 'updated', 'status changed to "ready"'),
       ELT(1 + n % 4, 'App\\Models\\Candidate', 'App\\Models\\CandidateScreening', 'App\\Models\\Departure', NULL), ELT(1 + n % 3, 'created', 'updated', 'updated'),
       CASE WHEN n % 4 <> 3 THEN 1 + n * 7 % (20000 * :scale) END, CASE WHEN n % 11 <> 0 THEN 'App\\Models\\User' END,
       CASE WHEN n % 11 <> 0 THEN causer + causer DIV 6 END,
       CASE WHEN n % 5 <> 0 THEN JSON_OBJECT('attributes', JSON_OBJECT('status', ELT(1 + n % 3, 'screened', 'registered', 'departed'), 'step', n % 100),
                                             'note', CASE WHEN n % 10 = 1 THEN 'درست "ok" 👍' END) END,
       CASE WHEN n % 20 = 0 THEN CONCAT(LPAD(LOWER(HEX(n * 2654435761 % 4294967296)), 8, '0'), '-0000-4000-8000-', LPAD(n, 12, '0')) END,
       TIMESTAMP'2019-01-07 08:00:00' + INTERVAL n * 1100 DIV :scale SECOND, TIMESTAMP'2019-01-07 08:00:00' + INTERVAL n * 1100 DIV :scale SECOND
FROM (SELECT n, 1 + n % (240 * :scale) AS causer FROM numbers WHERE n <= 200000 * :scale) numbered;

-- Media: 5,000
INSERT INTO media
SELECT n + n DIV 16, 'App\\Models\\Candidate', n * 7 + n * 7 DIV 20, CONCAT(LPAD(LOWER(HEX(n * 2654435761 % 4294967296)), 8, '0'), '-0000-4000-9000-', LPAD(n, 12, '0')),
       ELT(1 + n % 3, 'cnic', 'passport', 'domicile'), CONCAT(ELT(1 + n % 3, 'scan ', 'شناختی کارڈ ', 'copy of "'), n, '.pdf'),
       ELT(1 + n % 2, 'application/pdf', 'image/jpeg'),
       1024 + n * 7919 % 5000000, JSON_OBJECT('pages', 1 + n % 4, 'rotated', CASE n % 3 WHEN 0 THEN NULL ELSE n % 360 END, 'tags', JSON_ARRAY('scan', n % 9)),
       CASE WHEN n % 6 <> 0 THEN CAST(LPAD(n, 16, '0') AS BINARY) END, TIMESTAMP'2021-01-01 00:00:00' + INTERVAL n * 29 MINUTE, NULL
FROM numbers WHERE n <= 5000 * :scale;

-- Roles of users: 240
INSERT INTO role_user SELECT 1 + number % 6, id FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS number FROM users) numbered;

-- Sessions: 300
INSERT INTO sessions
SELECT CONCAT('session', LPAD(n * 7919, 33, '0')), CASE WHEN n % 3 <> 0 THEN person + person DIV 6 END, CONCAT('10.0.', n % 8, '.', n % 250),
       'Mozilla/5.0 (X11; Linux x86_64)',
       CONCAT('YTozOntzOjY6Il90b2tlbiI7', n), 1768000000 + n * 61
FROM (SELECT n, 1 + n % 240 AS person FROM numbers WHERE n <= 300) numbered;

-- Jobs: 40
INSERT INTO jobs
SELECT n, ELT(1 + n % 2, 'default', 'mail'), JSON_OBJECT('displayName', 'App\\Jobs\\SendReminder', 'candidate', n), n % 3, NULL, 1768100000 + n, 1768090000 + n
FROM numbers WHERE n <= 40;

-- Failed jobs: 25
INSERT INTO failed_jobs
SELECT n * 3, CONCAT('00000000-0000-4000-8000-', LPAD(n, 12, '0')), 'database', 'mail', JSON_OBJECT('displayName', 'App\\Jobs\\SendReminder', 'candidate', n),
       CONCAT('Swift_TransportException: Connection could not be established', CHAR(10), '#0 {main}'), TIMESTAMP'2025-11-01 02:00:00' + INTERVAL n DAY
FROM numbers WHERE n <= 25;

-- Password resets: 60, some of them equal
INSERT INTO password_resets
SELECT CONCAT('user.', n % 45, '@btevta.example'), LPAD(n % 45 * 2654435761 % 4294967296, 60, '0'), TIMESTAMP'2025-12-01 09:00:00' + INTERVAL n % 45 MINUTE
FROM numbers WHERE n <= 60;

-- Cache: 120
INSERT INTO cache SELECT CONCAT('wasl_cache_report.', n), CONCAT('i:', n * 31, ';'), 1768200000 + n FROM numbers WHERE n <= 120;

-- What the build alone needed
DROP TEMPORARY TABLE numbers;

-- How many candidates of each campus and trade there are, by status
CREATE VIEW candidate_pipeline AS
SELECT campuses.code AS campus_code, trades.code AS trade_code, candidates.status, COUNT(*) AS candidates
FROM candidates
LEFT JOIN campuses ON campuses.id = candidates.campus_id
LEFT JOIN trades ON trades.id = candidates.trade_id
WHERE candidates.deleted_at IS NULL
GROUP BY campuses.code, trades.code, candidates.status;

-- New remittances are written to the activity log
CREATE TRIGGER remittances_logged AFTER INSERT ON remittances FOR EACH ROW
BEGIN
    INSERT INTO activity_log (log_name, description, subject_type, subject_id, properties, created_at)
    VALUES ('remittances', 'created', 'App\\Models\\Remittance', NEW.id, JSON_OBJECT('amount', NEW.amount, 'month', NEW.month), NEW.created_at);
END;
