-- Step 2: what the seeders insert, a row at a time. The rows are those of the plan, for a fair count; payment methods and implementing
-- partners have no seeder in the guide.

insert into countries (name, code, code_2, currency_code, phone_code, is_destination, created_at, updated_at) values ('Pakistan', 'PAK', 'PK', 'PKR', '+92', 0, now(), now());
insert into countries (name, code, code_2, currency_code, phone_code, is_destination, created_at, updated_at) values ('Saudi Arabia', 'SAU', 'SA', 'SAR', '+966', 1, now(), now());
insert into countries (name, code, code_2, currency_code, phone_code, is_destination, created_at, updated_at) values ('United Arab Emirates', 'ARE', 'AE', 'AED', '+971', 1, now(), now());
insert into countries (name, code, code_2, currency_code, phone_code, is_destination, created_at, updated_at) values ('Qatar', 'QAT', 'QA', 'QAR', '+974', 1, now(), now());
insert into countries (name, code, code_2, currency_code, phone_code, is_destination, created_at, updated_at) values ('Kuwait', 'KWT', 'KW', 'KWD', '+965', 1, now(), now());
insert into countries (name, code, code_2, currency_code, phone_code, is_destination, created_at, updated_at) values ('Oman', 'OMN', 'OM', 'OMR', '+968', 1, now(), now());
insert into countries (name, code, code_2, currency_code, phone_code, is_destination, created_at, updated_at) values ('Bahrain', 'BHR', 'BH', 'BHD', '+973', 1, now(), now());
insert into countries (name, code, code_2, currency_code, phone_code, is_destination, created_at, updated_at) values ('Malaysia', 'MYS', 'MY', 'MYR', '+60', 1, now(), now());
insert into countries (name, code, code_2, currency_code, phone_code, is_destination, created_at, updated_at) values ('Republic of Korea', 'KOR', 'KR', 'KRW', '+82', 1, now(), now());
insert into countries (name, code, code_2, currency_code, phone_code, is_destination, created_at, updated_at) values ('Japan', 'JPN', 'JP', 'JPY', '+81', 1, now(), now());
insert into countries (name, code, code_2, currency_code, phone_code, is_destination, created_at, updated_at) values ('Türkiye', 'TUR', 'TR', 'TRY', '+90', 1, now(), now());
insert into countries (name, code, code_2, currency_code, phone_code, is_destination, created_at, updated_at) values ('Jordan', 'JOR', 'JO', 'JOD', '+962', 1, now(), now());
insert into countries (name, code, code_2, currency_code, phone_code, is_destination, created_at, updated_at) values ('Iraq', 'IRQ', 'IQ', 'IQD', '+964', 1, now(), now());
insert into countries (name, code, code_2, currency_code, phone_code, is_destination, created_at, updated_at) values ('Cyprus', 'CYP', 'CY', 'EUR', '+357', 1, now(), now());
insert into countries (name, code, code_2, currency_code, phone_code, is_destination, created_at, updated_at) values ('Romania', 'ROU', 'RO', 'RON', '+40', 1, now(), now());
insert into countries (name, code, code_2, currency_code, phone_code, is_destination, created_at, updated_at) values ('Poland', 'POL', 'PL', 'PLN', '+48', 1, now(), now());
insert into countries (name, code, code_2, currency_code, phone_code, is_destination, created_at, updated_at) values ('Italy', 'ITA', 'IT', 'EUR', '+39', 1, now(), now());
insert into countries (name, code, code_2, currency_code, phone_code, is_destination, created_at, updated_at) values ('Germany', 'DEU', 'DE', 'EUR', '+49', 1, now(), now());

insert into programs (name, code, description, duration_weeks, country_id, created_at, updated_at) values ('Technical Education & Vocational Training', 'TEC', 'Every candidate of WASL v2 belongs to it', 26, (select id from countries where code = 'PAK'), now(), now());
insert into programs (name, code, description, duration_weeks, country_id, created_at, updated_at) values ('Skills Development Program', 'SDP', 'Short courses for people who know a trade already', 12, (select id from countries where code = 'PAK'), now(), now());
insert into programs (name, code, description, duration_weeks, country_id, created_at, updated_at) values ('Language and Orientation Program', 'LOP', 'Language, law and customs of the country of destination', 8, (select id from countries where code = 'PAK'), now(), now());
insert into programs (name, code, description, duration_weeks, country_id, created_at, updated_at) values ('Specified Skilled Worker Program', 'SSW', 'Trade tests and language for Japan', 40, (select id from countries where code = 'JPN'), now(), now());

insert into courses (name, code, duration_days, training_type, program_id, created_at, updated_at) values ('Welding', 'TEC-WELDING', 120, 'technical', (select id from programs where code = 'TEC'), now(), now());
insert into courses (name, code, duration_days, training_type, program_id, created_at, updated_at) values ('Electrical installation', 'TEC-ELECTRICAL', 120, 'technical', (select id from programs where code = 'TEC'), now(), now());
insert into courses (name, code, duration_days, training_type, program_id, created_at, updated_at) values ('Plumbing and pipe fitting', 'TEC-PLUMBING', 90, 'technical', (select id from programs where code = 'TEC'), now(), now());
insert into courses (name, code, duration_days, training_type, program_id, created_at, updated_at) values ('Heating, ventilation and air conditioning', 'TEC-HVAC', 120, 'technical', (select id from programs where code = 'TEC'), now(), now());
insert into courses (name, code, duration_days, training_type, program_id, created_at, updated_at) values ('Masonry and steel fixing', 'TEC-MASONRY', 60, 'technical', (select id from programs where code = 'TEC'), now(), now());
insert into courses (name, code, duration_days, training_type, program_id, created_at, updated_at) values ('Carpentry', 'TEC-CARPENTRY', 90, 'technical', (select id from programs where code = 'TEC'), now(), now());
insert into courses (name, code, duration_days, training_type, program_id, created_at, updated_at) values ('Heavy vehicle driving', 'TEC-DRIVING', 45, 'technical', (select id from programs where code = 'TEC'), now(), now());
insert into courses (name, code, duration_days, training_type, program_id, created_at, updated_at) values ('Safety at work', 'TEC-SAFETY', 5, 'both', (select id from programs where code = 'TEC'), now(), now());
insert into courses (name, code, duration_days, training_type, program_id, created_at, updated_at) values ('Communication at work', 'SDP-COMMUNICATION', 10, 'soft_skills', (select id from programs where code = 'SDP'), now(), now());
insert into courses (name, code, duration_days, training_type, program_id, created_at, updated_at) values ('Money and remittances', 'SDP-REMITTANCES', 3, 'soft_skills', (select id from programs where code = 'SDP'), now(), now());
insert into courses (name, code, duration_days, training_type, program_id, created_at, updated_at) values ('Computers for beginners', 'SDP-COMPUTERS', 20, 'both', (select id from programs where code = 'SDP'), now(), now());
insert into courses (name, code, duration_days, training_type, program_id, created_at, updated_at) values ('Arabic for beginners', 'LOP-ARABIC', 30, 'soft_skills', (select id from programs where code = 'LOP'), now(), now());
insert into courses (name, code, duration_days, training_type, program_id, created_at, updated_at) values ('English for the workplace', 'LOP-ENGLISH', 30, 'soft_skills', (select id from programs where code = 'LOP'), now(), now());
insert into courses (name, code, duration_days, training_type, program_id, created_at, updated_at) values ('Briefing before departure', 'LOP-BRIEFING', 2, 'soft_skills', (select id from programs where code = 'LOP'), now(), now());
insert into courses (name, code, duration_days, training_type, program_id, created_at, updated_at) values ('Japanese N4', 'SSW-JAPANESE', 180, 'soft_skills', (select id from programs where code = 'SSW'), now(), now());

insert into document_checklists (name, code, description, category, is_mandatory, display_order, created_at, updated_at) values ('Passport', 'PASSPORT', 'Valid for at least six months', 'mandatory', 1, 1, now(), now());
insert into document_checklists (name, code, description, category, is_mandatory, display_order, created_at, updated_at) values ('National identity card', 'CNIC', 'Both sides', 'mandatory', 1, 2, now(), now());
insert into document_checklists (name, code, description, category, is_mandatory, display_order, created_at, updated_at) values ('Photographs', 'PHOTO', 'Four, on a white ground', 'mandatory', 1, 3, now(), now());
insert into document_checklists (name, code, description, category, is_mandatory, display_order, created_at, updated_at) values ('Domicile certificate', 'DOMICILE', null, 'mandatory', 1, 4, now(), now());
insert into document_checklists (name, code, description, category, is_mandatory, display_order, created_at, updated_at) values ('Educational certificates', 'EDUCATION', 'Attested', 'mandatory', 1, 5, now(), now());
insert into document_checklists (name, code, description, category, is_mandatory, display_order, created_at, updated_at) values ('Medical certificate', 'MEDICAL', 'From an approved center', 'mandatory', 1, 6, now(), now());
insert into document_checklists (name, code, description, category, is_mandatory, display_order, created_at, updated_at) values ('Police clearance', 'POLICE', 'Not older than three months', 'mandatory', 1, 7, now(), now());
insert into document_checklists (name, code, description, category, is_mandatory, display_order, created_at, updated_at) values ('Experience letters', 'EXPERIENCE', null, 'optional', 0, 8, now(), now());
insert into document_checklists (name, code, description, category, is_mandatory, display_order, created_at, updated_at) values ('Driving license', 'DRIVING', 'Where the trade needs one', 'optional', 0, 9, now(), now());
