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
    employment_type enum('permanent', 'contract', 'visiting') NOT NULL DEFAULT 'contract', joining_date date NULL, created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL, deleted_at timestamp NULL DEFAULT NULL,
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

-- How many candidates of each campus and trade there are, by status
CREATE VIEW candidate_pipeline AS
SELECT campuses.code AS campus_code, trades.code AS trade_code, candidates.status, COUNT(*) AS candidates
FROM candidates
LEFT JOIN campuses ON campuses.id = candidates.campus_id
LEFT JOIN trades ON trades.id = candidates.trade_id
WHERE candidates.deleted_at IS NULL
GROUP BY campuses.code, trades.code, candidates.status;
