-- The 20 migrations of the guide, statement by statement as Laravel sends them: a table with its columns, then each foreign key, each
-- unique key and each index by an ALTER of its own; and last what it writes into its ledger.

set @batch = (select max(batch) + 1 from migrations);

-- 2026_01_15_create_countries_table
create table countries (
    id bigint unsigned not null auto_increment primary key, name varchar(100) not null, code char(3) not null, code_2 char(2) not null,
    currency_code char(3) null, phone_code varchar(10) null, is_destination tinyint(1) not null default '0',
    specific_requirements json null, is_active tinyint(1) not null default '1', created_at timestamp null, updated_at timestamp null)
    default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table countries add unique countries_code_unique (code);
alter table countries add unique countries_code_2_unique (code_2);
insert into migrations (migration, batch) values ('2026_01_15_create_countries_table', @batch);

-- 2026_01_15_create_payment_methods_table
create table payment_methods (
    id bigint unsigned not null auto_increment primary key, name varchar(50) not null, code varchar(20) not null, icon varchar(50) null,
    requires_account_number tinyint(1) not null default '1', requires_bank_name tinyint(1) not null default '0',
    is_active tinyint(1) not null default '1', display_order int not null default '0', created_at timestamp null, updated_at timestamp null)
    default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table payment_methods add unique payment_methods_code_unique (code);
insert into migrations (migration, batch) values ('2026_01_15_create_payment_methods_table', @batch);

-- 2026_01_15_create_programs_table
create table programs (
    id bigint unsigned not null auto_increment primary key, name varchar(150) not null, code varchar(20) not null, description text null,
    duration_weeks int null, country_id bigint unsigned null, is_active tinyint(1) not null default '1', created_at timestamp null,
    updated_at timestamp null, deleted_at timestamp null)
    default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table programs add unique programs_code_unique (code);
alter table programs add constraint programs_country_id_foreign foreign key (country_id) references countries (id) on delete set null;
insert into migrations (migration, batch) values ('2026_01_15_create_programs_table', @batch);

-- 2026_01_15_create_implementing_partners_table
create table implementing_partners (
    id bigint unsigned not null auto_increment primary key, name varchar(200) not null, code varchar(20) not null,
    contact_person varchar(150) null, contact_email varchar(150) null, contact_phone varchar(30) null, address text null,
    city varchar(100) null, country_id bigint unsigned null, is_active tinyint(1) not null default '1', created_at timestamp null,
    updated_at timestamp null, deleted_at timestamp null)
    default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table implementing_partners add unique implementing_partners_code_unique (code);
alter table implementing_partners add constraint implementing_partners_country_id_foreign foreign key (country_id) references countries (id) on delete set null;
insert into migrations (migration, batch) values ('2026_01_15_create_implementing_partners_table', @batch);

-- 2026_01_15_create_employers_table
create table employers (
    id bigint unsigned not null auto_increment primary key, permission_number varchar(50) null, visa_issuing_company varchar(200) not null,
    country_id bigint unsigned not null, sector varchar(100) null, trade varchar(100) null, basic_salary decimal(12, 2) null,
    salary_currency char(3) not null default 'SAR', food_by_company tinyint(1) not null default '0',
    transport_by_company tinyint(1) not null default '0', accommodation_by_company tinyint(1) not null default '0',
    other_conditions text null, evidence_path varchar(500) null, is_active tinyint(1) not null default '1',
    created_by bigint unsigned null, created_at timestamp null, updated_at timestamp null, deleted_at timestamp null)
    default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table employers add unique employers_permission_number_unique (permission_number);
alter table employers add constraint employers_country_id_foreign foreign key (country_id) references countries (id) on delete restrict;
alter table employers add constraint employers_created_by_foreign foreign key (created_by) references users (id) on delete set null;
insert into migrations (migration, batch) values ('2026_01_15_create_employers_table', @batch);

-- 2026_01_15_create_candidate_employer_table
create table candidate_employer (
    id bigint unsigned not null auto_increment primary key, candidate_id bigint unsigned not null, employer_id bigint unsigned not null,
    is_current tinyint(1) not null default '1', assigned_at timestamp null, assigned_by bigint unsigned not null,
    created_at timestamp null, updated_at timestamp null)
    default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table candidate_employer add constraint candidate_employer_candidate_id_foreign foreign key (candidate_id) references candidates (id) on delete cascade;
alter table candidate_employer add constraint candidate_employer_employer_id_foreign foreign key (employer_id) references employers (id) on delete cascade;
alter table candidate_employer add constraint candidate_employer_assigned_by_foreign foreign key (assigned_by) references users (id) on delete restrict;
alter table candidate_employer add index candidate_employer_candidate_id_index (candidate_id);
alter table candidate_employer add index candidate_employer_employer_id_index (employer_id);
insert into migrations (migration, batch) values ('2026_01_15_create_candidate_employer_table', @batch);

-- 2026_01_15_create_document_checklists_table
create table document_checklists (
    id bigint unsigned not null auto_increment primary key, name varchar(100) not null, code varchar(30) not null, description text null,
    category enum('mandatory', 'optional') not null, is_mandatory tinyint(1) not null default '1', display_order int not null default '0',
    is_active tinyint(1) not null default '1', created_at timestamp null, updated_at timestamp null)
    default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table document_checklists add unique document_checklists_code_unique (code);
insert into migrations (migration, batch) values ('2026_01_15_create_document_checklists_table', @batch);

-- 2026_01_15_create_pre_departure_documents_table
create table pre_departure_documents (
    id bigint unsigned not null auto_increment primary key, candidate_id bigint unsigned not null,
    document_checklist_id bigint unsigned not null, file_path varchar(500) not null, original_filename varchar(255) null,
    mime_type varchar(100) null, file_size bigint unsigned null, notes text null, uploaded_at timestamp null,
    uploaded_by bigint unsigned not null, verified_at timestamp null, verified_by bigint unsigned null, verification_notes text null,
    created_at timestamp null, updated_at timestamp null)
    default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table pre_departure_documents add constraint pre_departure_documents_candidate_id_foreign foreign key (candidate_id) references candidates (id) on delete cascade;
alter table pre_departure_documents add constraint pre_departure_documents_document_checklist_id_foreign foreign key (document_checklist_id) references document_checklists (id) on delete cascade;
alter table pre_departure_documents add constraint pre_departure_documents_uploaded_by_foreign foreign key (uploaded_by) references users (id) on delete restrict;
alter table pre_departure_documents add constraint pre_departure_documents_verified_by_foreign foreign key (verified_by) references users (id) on delete set null;
alter table pre_departure_documents add unique pre_departure_documents_once (candidate_id, document_checklist_id);
insert into migrations (migration, batch) values ('2026_01_15_create_pre_departure_documents_table', @batch);

-- 2026_01_15_create_courses_table
create table courses (
    id bigint unsigned not null auto_increment primary key, name varchar(150) not null, code varchar(30) not null, description text null,
    duration_days int null, training_type enum('technical', 'soft_skills', 'both') not null, program_id bigint unsigned null,
    is_active tinyint(1) not null default '1', created_at timestamp null, updated_at timestamp null, deleted_at timestamp null)
    default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table courses add unique courses_code_unique (code);
alter table courses add constraint courses_program_id_foreign foreign key (program_id) references programs (id) on delete set null;
insert into migrations (migration, batch) values ('2026_01_15_create_courses_table', @batch);

-- 2026_01_15_create_candidate_courses_table
create table candidate_courses (
    id bigint unsigned not null auto_increment primary key, candidate_id bigint unsigned not null, course_id bigint unsigned not null,
    start_date date null, end_date date null, status enum('assigned', 'in_progress', 'completed', 'cancelled') not null default 'assigned',
    assigned_by bigint unsigned not null, assigned_at timestamp null, created_at timestamp null, updated_at timestamp null)
    default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table candidate_courses add constraint candidate_courses_candidate_id_foreign foreign key (candidate_id) references candidates (id) on delete cascade;
alter table candidate_courses add constraint candidate_courses_course_id_foreign foreign key (course_id) references courses (id) on delete cascade;
alter table candidate_courses add constraint candidate_courses_assigned_by_foreign foreign key (assigned_by) references users (id) on delete restrict;
alter table candidate_courses add unique candidate_courses_candidate_id_course_id_unique (candidate_id, course_id);
insert into migrations (migration, batch) values ('2026_01_15_create_candidate_courses_table', @batch);

-- 2026_01_15_create_training_assessments_table
create table training_assessments (
    id bigint unsigned not null auto_increment primary key, candidate_id bigint unsigned not null, batch_id bigint unsigned null,
    assessment_type enum('interim', 'final') not null, assessment_date date null, score decimal(5, 2) null, max_score decimal(5, 2) null,
    passing_score decimal(5, 2) null, assessor_id bigint unsigned null, remarks text null, created_at timestamp null,
    updated_at timestamp null)
    default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table training_assessments add constraint training_assessments_candidate_id_foreign foreign key (candidate_id) references candidates (id) on delete cascade;
alter table training_assessments add constraint training_assessments_batch_id_foreign foreign key (batch_id) references batches (id) on delete set null;
alter table training_assessments add index training_assessments_candidate_id_index (candidate_id);
insert into migrations (migration, batch) values ('2026_01_15_create_training_assessments_table', @batch);

-- 2026_01_15_create_post_departure_details_table
create table post_departure_details (
    id bigint unsigned not null auto_increment primary key, departure_id bigint unsigned not null, residency_proof_path varchar(500) null,
    residency_number varchar(50) null, residency_expiry date null, foreign_license_path varchar(500) null,
    foreign_license_number varchar(50) null, foreign_mobile_number varchar(30) null, foreign_bank_name varchar(100) null,
    foreign_bank_account varchar(50) null, tracking_app_registration varchar(100) null, final_contract_path varchar(500) null,
    company_name varchar(200) null, employer_name varchar(150) null, employer_designation varchar(100) null,
    employer_contact varchar(50) null, work_location varchar(200) null, final_salary decimal(12, 2) null,
    salary_currency char(3) not null default 'SAR', final_job_terms text null, job_commencement_date date null,
    special_conditions text null, created_at timestamp null, updated_at timestamp null)
    default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table post_departure_details add constraint post_departure_details_departure_id_foreign foreign key (departure_id) references departures (id) on delete cascade;
alter table post_departure_details add unique post_departure_details_departure_id_unique (departure_id);
insert into migrations (migration, batch) values ('2026_01_15_create_post_departure_details_table', @batch);

-- 2026_01_15_create_employment_histories_table
create table employment_histories (
    id bigint unsigned not null auto_increment primary key, departure_id bigint unsigned not null, switch_number int not null,
    company_name varchar(200) not null, work_location varchar(200) null, salary decimal(12, 2) null,
    salary_currency char(3) not null default 'SAR', job_terms text null, commencement_date date null, special_conditions text null,
    switch_date date null, reason_for_switch text null, recorded_by bigint unsigned not null, created_at timestamp null,
    updated_at timestamp null)
    default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table employment_histories add constraint employment_histories_departure_id_foreign foreign key (departure_id) references departures (id) on delete cascade;
alter table employment_histories add constraint employment_histories_recorded_by_foreign foreign key (recorded_by) references users (id) on delete restrict;
alter table employment_histories add unique employment_histories_departure_id_switch_number_unique (departure_id, switch_number);
insert into migrations (migration, batch) values ('2026_01_15_create_employment_histories_table', @batch);

-- 2026_01_15_create_success_stories_table
create table success_stories (
    id bigint unsigned not null auto_increment primary key, candidate_id bigint unsigned not null, departure_id bigint unsigned null,
    written_note text null, evidence_type enum('audio', 'video', 'written', 'screenshot', 'document', 'other') not null,
    evidence_path varchar(500) null, evidence_filename varchar(255) null, is_featured tinyint(1) not null default '0',
    recorded_by bigint unsigned not null, recorded_at timestamp null, created_at timestamp null, updated_at timestamp null,
    deleted_at timestamp null)
    default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table success_stories add constraint success_stories_candidate_id_foreign foreign key (candidate_id) references candidates (id) on delete cascade;
alter table success_stories add constraint success_stories_departure_id_foreign foreign key (departure_id) references departures (id) on delete set null;
alter table success_stories add constraint success_stories_recorded_by_foreign foreign key (recorded_by) references users (id) on delete restrict;
insert into migrations (migration, batch) values ('2026_01_15_create_success_stories_table', @batch);

-- 2026_01_15_add_v3_fields_to_candidates_table
alter table candidates
    add program_id bigint unsigned null, add implementing_partner_id bigint unsigned null, add allocated_number varchar(50) null;
alter table candidates add constraint candidates_program_id_foreign foreign key (program_id) references programs (id) on delete set null;
alter table candidates add constraint candidates_implementing_partner_id_foreign foreign key (implementing_partner_id) references implementing_partners (id) on delete set null;
alter table candidates add unique candidates_allocated_number_unique (allocated_number);
insert into migrations (migration, batch) values ('2026_01_15_add_v3_fields_to_candidates_table', @batch);

-- 2026_01_15_add_v3_fields_to_candidate_screenings_table
alter table candidate_screenings
    add consent_for_work tinyint(1) null, add placement_interest enum('local', 'international') null,
    add target_country_id bigint unsigned null, add screening_status enum('screened', 'pending', 'deferred') null,
    add evidence_path varchar(500) null, add reviewer_id bigint unsigned null, add reviewed_at timestamp null;
alter table candidate_screenings add constraint candidate_screenings_target_country_id_foreign foreign key (target_country_id) references countries (id) on delete set null;
alter table candidate_screenings add constraint candidate_screenings_reviewer_id_foreign foreign key (reviewer_id) references users (id) on delete set null;
insert into migrations (migration, batch) values ('2026_01_15_add_v3_fields_to_candidate_screenings_table', @batch);

-- 2026_01_15_add_v3_fields_to_training_schedules_table
alter table training_schedules
    add technical_training_status enum('not_started', 'in_progress', 'completed') null,
    add soft_skills_status enum('not_started', 'in_progress', 'completed') null;
insert into migrations (migration, batch) values ('2026_01_15_add_v3_fields_to_training_schedules_table', @batch);

-- 2026_01_15_add_v3_fields_to_visa_processes_table
alter table visa_processes
    add stage_details json null, add application_status enum('applied', 'not_applied', 'refused') null,
    add issued_status enum('confirmed', 'pending', 'refused') null;
insert into migrations (migration, batch) values ('2026_01_15_add_v3_fields_to_visa_processes_table', @batch);

-- 2026_01_15_add_v3_fields_to_departures_table
alter table departures
    add ptn_status enum('not_applied', 'issued', 'done', 'pending', 'not_issued', 'refused') null, add ptn_issued_at date null,
    add ptn_deferred_reason text null,
    add protector_status enum('not_applied', 'applied', 'done', 'pending', 'not_issued', 'refused') null,
    add protector_applied_at date null, add protector_done_at date null, add protector_deferred_reason text null,
    add ticket_date date null, add ticket_time time null, add departure_platform varchar(100) null, add landing_platform varchar(100) null,
    add flight_type enum('direct', 'connected') null, add pre_departure_doc_path varchar(500) null,
    add pre_departure_video_path varchar(500) null, add final_departure_status enum('processing', 'ready_to_depart', 'departed') null;
insert into migrations (migration, batch) values ('2026_01_15_add_v3_fields_to_departures_table', @batch);

-- 2026_01_15_add_v3_fields_to_complaints_table
alter table complaints
    add current_issue text null, add support_steps_taken text null, add suggestions text null, add conclusion text null,
    add evidence_type enum('audio', 'video', 'written', 'screenshot', 'document', 'other') null, add evidence_path varchar(500) null;
insert into migrations (migration, batch) values ('2026_01_15_add_v3_fields_to_complaints_table', @batch);
