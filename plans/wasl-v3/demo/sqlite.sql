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
