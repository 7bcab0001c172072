-- A university registry before the migration: the documents' row counts at scale 1, ids with gaps, names in many scripts
-- Everything is arithmetic on the row's number n, so that two builds are equal. A row n of a table has the id n + n / k.

-- Enumerations
CREATE TYPE program_level AS ENUM ('certificate', 'diploma', 'degree', 'short_course');
CREATE TYPE module_status AS ENUM ('Active', 'Defunct');
CREATE TYPE module_type AS ENUM ('Major', 'Minor', 'Core', 'Delivery', 'Elective');
CREATE TYPE gender AS ENUM ('Male', 'Female', 'Unknown');
CREATE TYPE student_status AS ENUM ('Active', 'Applied', 'Deceased', 'Deleted', 'Graduated', 'Suspended', 'Terminated', 'Withdrawn');
CREATE TYPE marital_status AS ENUM ('Single', 'Married', 'Divorced', 'Windowed', 'Other');
CREATE TYPE education_type AS ENUM ('Primary', 'Secondary', 'Tertiary');
CREATE TYPE education_level AS ENUM ('LGCSE', 'COSC', 'Certificate', 'Diploma', 'Degree', 'Others');
CREATE TYPE kin_relationship AS ENUM ('Mother', 'Father', 'Brother', 'Sister', 'Guardian', 'Spouse', 'Other');
CREATE TYPE student_program_status AS ENUM ('Active', 'Changed', 'Completed', 'Deleted', 'Inactive');
CREATE TYPE semester_status AS ENUM
    ('Active', 'Outstanding', 'Deferred', 'Deleted', 'DNR', 'DroppedOut', 'Withdrawn', 'Enrolled', 'Exempted', 'Inactive', 'Repeat');
CREATE TYPE student_module_status AS ENUM
    ('Add', 'Compulsory', 'Delete', 'Drop', 'Exempted', 'Ineligible', 'Repeat1', 'Repeat2', 'Resit1', 'Resit2', 'Supplementary');
CREATE TYPE grade AS ENUM
    ('A+', 'A', 'A-', 'B+', 'B', 'B-', 'C+', 'C', 'C-', 'PP', 'F', 'PC', 'PX', 'AP', 'X', 'DEF', 'EXP', 'ANN', 'DNC', 'DNS', 'NM');
CREATE TYPE assessment_number AS ENUM ('CW1', 'CW2', 'CW3', 'CW4', 'CW5', 'CW6');
CREATE TYPE request_status AS ENUM ('pending', 'approved', 'rejected', 'partial', 'registered');
CREATE DOMAIN email_address AS text CHECK (VALUE LIKE '%_@_%');

-- Schools: the table
CREATE TABLE schools (
    id serial NOT NULL, code text NOT NULL, name text NOT NULL, is_active boolean NOT NULL DEFAULT true, created_at timestamp DEFAULT now());
-- Schools: 15
INSERT INTO schools
SELECT n + n / 5,
       (ARRAY['FICT', 'FBMG', 'FCMB', 'FABE', 'FDSI', 'FFLC', 'FCTH', 'FPGS', 'FEDU', 'FLAW', 'FHSC', 'FAGR', 'FMUS', 'FNUR', 'FINT'])[1 + (n - 1) % 15]
           || CASE WHEN n > 15 THEN '-' || (n - 1) / 15 ELSE '' END,
       (ARRAY['Faculty of Information & Communication Technology', 'Faculty of Business Management and Globalization',
              'Faculty of Communication, Media and Broadcasting', 'Faculty of Architecture and the Built Environment',
              'Faculty of Design Innovation “Si”', 'Lefapha la Puo le Litšoantšiso', 'Sekolo sa Tsamaiso ea Baeti',
              'School of Post''graduate Studies', 'Faculty of Education', 'کلیہ قانون', '健康科學學院', 'Lefapha la Temo',
              'School of Music 🎼', 'School of "Nursing"', E'Faculty of\nInternational Studies'])[1 + (n - 1) % 15],
       n % 15 <> 14,
       CASE WHEN n % 7 <> 0 THEN timestamp '2011-02-01 08:00:00' + n * interval '3 days 01:17:00.25' END
FROM generate_series(1, 15 * :scale) n;

-- Programs: the table
CREATE TABLE programs (
    id serial NOT NULL, code text NOT NULL, name text NOT NULL, level program_level NOT NULL, school_id integer NOT NULL,
    created_at timestamp DEFAULT now());
-- Programs: 102
INSERT INTO programs
SELECT n + n / 4,
       (ARRAY['CIT', 'DIT', 'BSCIT', 'DBM', 'BBIB', 'DJM', 'BAPC', 'DAT', 'BID', 'DTM'])[1 + n % 10] || '-' || n,
       (ARRAY['Certificate in Information Technology', 'Diploma in Information Technology', 'B Sc. (Hons) in Information Technology',
              'Diploma in Business Management', 'B Bus in International Business', 'Diploma in Journalism & Media',
              'BA in Professional Communication', 'Diploma in Architecture Technology', 'B in Interior Design',
              'Lengolo la Bohahlauli'])[1 + n % 10],
       (ARRAY['certificate', 'diploma', 'degree', 'diploma', 'degree', 'diploma', 'degree', 'diploma', 'degree', 'diploma'])[1 + n % 10]::program_level,
       school + school / 5,
       timestamp '2012-02-01 09:30:00' + n * interval '5 days'
FROM (SELECT n, 1 + n * 7 % (15 * :scale) AS school FROM generate_series(1, 102 * :scale) n) numbered;

-- Structures: the table
CREATE TABLE structures (
    id serial NOT NULL, code text NOT NULL, "desc" text, program_id integer NOT NULL, created_at timestamp DEFAULT now());
-- Structures: 417
INSERT INTO structures
SELECT n + n / 9,
       (2012 + n % 12) || CASE WHEN n % 2 = 0 THEN '-02-' ELSE '-08-' END || n,
       CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'Revised "new" structure' ELSE 'Structure ' || n END,
       program + program / 4,
       timestamp '2012-06-01 10:00:00' + n * interval '1 day'
FROM (SELECT n, 1 + (n - 1) % (102 * :scale) AS program FROM generate_series(1, 417 * :scale) n) numbered;

-- Semesters of the structures: the table
CREATE TABLE structure_semesters (
    id serial NOT NULL, structure_id integer NOT NULL, semester_number char(2) NOT NULL, name text NOT NULL, total_credits real NOT NULL,
    created_at timestamp DEFAULT now());
-- Semesters of the structures: 2,702
INSERT INTO structure_semesters
SELECT n + n / 11, structure + structure / 9,
       CASE WHEN structure % 50 = 0 AND semester = 1 THEN 'F1' ELSE '0' || semester END,
       'Year ' || (semester + 1) / 2 || ' Sem ' || (semester + 1) % 2 + 1,
       60 + n % 5 * 1.1, timestamp '2012-06-02' + n * interval '3 hours'
FROM (SELECT n, 1 + (n - 1) % (417 * :scale) AS structure, 1 + (n - 1) / (417 * :scale) AS semester
      FROM generate_series(1, 2702 * :scale) n) numbered;

-- Modules: the table
CREATE TABLE modules (
    id serial NOT NULL, code text NOT NULL, name text NOT NULL, status module_status NOT NULL DEFAULT 'Active', "timestamp" text, remark text);
-- Modules: 4,059
INSERT INTO modules
SELECT n + n / 8,
       (ARRAY['BIDC', 'BIBM', 'DIWD', 'DBAC', 'BAJM', 'DABT', 'BIDE', 'DTTG'])[1 + n % 8] || 1000 + n,
       (ARRAY['Creative & Innovative Studies', 'Principles of Programming', 'Business English', 'Sesotho sa Mathomo', 'Web Design “101”',
              'Moral & Ethics', 'دستور اور قانون', '程式設計', 'Lipalo ’me le Lipalopalo', 'Master''s Seminar 🎓',
              'Accounting'])[1 + n % 11] || CASE n % 3 WHEN 0 THEN ' I' WHEN 1 THEN ' II' ELSE '' END,
       CASE WHEN n % 23 = 0 THEN 'Defunct' ELSE 'Active' END::module_status,
       CASE WHEN n % 4 <> 0 THEN (2013 + n % 10) || '-0' || 1 + n % 9 || '-11 08:00' END,
       CASE n % 9 WHEN 0 THEN '' WHEN 1 THEN E'First line\nsecond line, with a comma' WHEN 2 THEN 'Replaces "' || n || '"' END
FROM generate_series(1, 4059 * :scale) n;

-- Modules of the semesters: the table
CREATE TABLE semester_modules (
    id serial NOT NULL, module_id integer NOT NULL, type module_type NOT NULL, credits real NOT NULL, semester_id integer,
    hidden boolean NOT NULL DEFAULT false);
-- Modules of the semesters: 13,035
INSERT INTO semester_modules
SELECT n + n / 13, module + module / 8,
       (ARRAY['Major', 'Minor', 'Core', 'Delivery', 'Elective'])[1 + n % 5]::module_type,
       6 + n % 4 * 2.5,
       CASE WHEN n % 997 <> 0 THEN semester + semester / 11 END,
       n % 41 = 0
FROM (SELECT n, 1 + (n - 1) % (2702 * :scale) AS semester, (1 + n * 7919 % (4059 * :scale))::integer AS module
      FROM generate_series(1, 13035 * CAST(:scale AS bigint)) n) numbered;

-- Prerequisites of modules: the table
CREATE TABLE module_prerequisites (
    id serial NOT NULL, semester_module_id integer NOT NULL, prerequisite_id integer NOT NULL, created_at timestamp DEFAULT now());
-- Prerequisites of modules: 408
INSERT INTO module_prerequisites
SELECT n + n / 6, module + module / 13, prerequisite + prerequisite / 13, timestamp '2014-03-01' + n * interval '7 hours'
FROM (SELECT n, 1 + n * 29 % (13035 * :scale) AS module, 1 + n * 13 % (13035 * :scale) AS prerequisite
      FROM generate_series(1, 408 * :scale) n) numbered;

-- Users: the table, with text keys
CREATE TABLE users (
    id text NOT NULL, name text, email email_address, role text NOT NULL DEFAULT 'user', email_verified timestamptz, image text,
    preferences jsonb NOT NULL DEFAULT '{}', tags text[] NOT NULL DEFAULT '{}', created_at timestamptz NOT NULL DEFAULT now());
-- Users: 5,000, whose keys differ by case only
INSERT INTO users
SELECT lpad(to_hex(n / 2 * 2654435761 % 4294967296), 8, '0') || CASE n % 2 WHEN 0 THEN 'Qx_k' ELSE 'qX_k' END,
       CASE WHEN n % 37 <> 0 THEN 'User ' || n END, 'user.' || n || '@example.ac.ls',
       (ARRAY['user', 'student', 'academic', 'registry', 'finance', 'admin'])[1 + n % 6],
       CASE WHEN n % 3 = 0 THEN timestamptz '2021-05-04 06:07:08.123456+02' + n * interval '1 hour' END, NULL,
       jsonb_build_object('theme', CASE n % 2 WHEN 0 THEN 'dark' ELSE 'light' END, 'rows', n % 100, 'note', CASE WHEN n % 10 = 0 THEN 'Ts''epo "T" 🎓' END),
       CASE n % 3 WHEN 0 THEN '{}' WHEN 1 THEN ARRAY['staff'] ELSE ARRAY['part, time', 'a "quoted" one', NULL] END,
       timestamptz '2020-01-01 00:00:00+02' + n * interval '11 minutes'
FROM generate_series(1, 5000 * CAST(:scale AS bigint)) n;

-- Students: the table
CREATE TABLE students (
    std_no bigint NOT NULL, name text NOT NULL, national_id text NOT NULL, status student_status NOT NULL DEFAULT 'Active', date_of_birth date,
    phone1 text, phone2 text, gender gender, marital_status marital_status, country text, race text, nationality text, birth_place text,
    religion text, user_id text, created_at timestamp DEFAULT now());
-- Students: 22,000
INSERT INTO students
SELECT 901000000 + n + n / 9 + n % 1000 / 999 * 8000000000,
       (ARRAY['Thabo', 'Lerato', '’Mamosa', 'Ts''epo', 'Palesa', 'Lineo', 'Khotso', 'Neo', 'محمد', '小龍', 'José', 'Mpho "MJ"', 'Nthabiseng'])[1 + n % 13]
           || ' ' ||
       (ARRAY['Mokoena', 'Letsie', 'Mofokeng', 'Nts''ekhe', 'Molapo', 'علی', '李', 'Müller', 'O''Brien', 'Ramaema', 'Tšehlo'])[1 + n % 11]
           || CASE WHEN n % 2003 = 0 THEN ' 🎓' ELSE '' END,
       lpad((n * 7919 % 1000000007)::text, 12, '0'),
       (ARRAY['Active', 'Active', 'Active', 'Graduated', 'Graduated', 'Terminated', 'Withdrawn', 'Suspended', 'Deceased'])[1 + n % 9]::student_status,
       CASE WHEN n % 61 <> 0 THEN date '1978-01-01' + (n * 31 % 10500)::integer END,
       CASE WHEN n % 17 <> 0 THEN '+266 5' || lpad((n * 7727 % 10000000)::text, 7, '0') END,
       CASE WHEN n % 5 = 0 THEN '' WHEN n % 5 = 1 THEN '+266 6' || lpad((n * 613 % 10000000)::text, 7, '0') END,
       CASE WHEN n % 29 <> 0 THEN (ARRAY['Male', 'Female', 'Female', 'Unknown'])[1 + n % 4]::gender END,
       CASE WHEN n % 6 <> 0 THEN (ARRAY['Single', 'Single', 'Married', 'Other'])[1 + n % 4]::marital_status END,
       CASE WHEN n % 43 <> 0 THEN (ARRAY['Lesotho', 'Lesotho', 'South Africa', 'Eswatini', 'پاکستان', '中國'])[1 + n % 6] END,
       CASE WHEN n % 2 = 0 THEN 'African' END, 'Mosotho', CASE WHEN n % 3 = 0 THEN 'Maseru' WHEN n % 3 = 1 THEN 'Leribe' END,
       CASE WHEN n % 7 = 0 THEN 'Roman Catholic' END,
       CASE WHEN n <= 2500 * :scale THEN lpad(to_hex(n / 2 * 2654435761 % 4294967296), 8, '0') || CASE n % 2 WHEN 0 THEN 'Qx_k' ELSE 'qX_k' END END,
       timestamp '2013-01-15 08:00:00' + n * interval '97 minutes'
FROM generate_series(1, 22000 * CAST(:scale AS bigint)) n;

-- Education of students: the table
CREATE TABLE student_education (
    id serial NOT NULL, std_no bigint NOT NULL, type education_type, level education_level, start_date date, end_date date,
    created_at timestamp NOT NULL DEFAULT now(), school_name text NOT NULL);
-- Education of students: 2,492
INSERT INTO student_education
SELECT n + n / 10, 901000000 + s + s / 9 + s % 1000 / 999 * 8000000000,
       CASE WHEN n % 14 <> 0 THEN (ARRAY['Primary', 'Secondary', 'Tertiary'])[1 + n % 3]::education_type END,
       CASE WHEN n % 15 <> 0 THEN (ARRAY['LGCSE', 'COSC', 'Certificate', 'Diploma', 'Degree', 'Others'])[1 + n % 6]::education_level END,
       CASE WHEN n % 4 <> 0 THEN date '2001-01-20' + (n * 3 % 5000)::integer END,
       CASE WHEN n % 6 <> 0 THEN date '2005-12-01' + (n * 3 % 5000)::integer END,
       timestamp '2022-09-01' + n * interval '13 minutes 0.007 seconds',
       (ARRAY['Lesotho High School', 'St. Mary''s High School', 'Sekolo se Phahameng sa ’Mabathoana', 'Peka "High"', 'Holy Names'])[1 + n % 5]
FROM (SELECT n, 1 + n * 7919 % (22000 * :scale) AS s FROM generate_series(1, 2492 * CAST(:scale AS bigint)) n) numbered;

-- Next of kin: the table
CREATE TABLE next_of_kins (
    id serial NOT NULL, std_no bigint NOT NULL, name text NOT NULL, relationship kin_relationship NOT NULL, phone text, email text,
    occupation text, address text, country text, created_at timestamp DEFAULT now());
-- Next of kin: 11
INSERT INTO next_of_kins
SELECT n + n / 2, 901000000 + s + s / 9 + s % 1000 / 999 * 8000000000,
       (ARRAY['’M''e Masechaba Letsie', 'Ntate Thabang', '王秀英', 'عائشہ بی بی', 'Puleng O''Neill'])[1 + n % 5],
       (ARRAY['Mother', 'Father', 'Guardian', 'Sister', 'Spouse'])[1 + n % 5]::kin_relationship,
       CASE WHEN n % 4 <> 0 THEN '+266 58' || 100000 + n END, CASE WHEN n % 3 = 0 THEN 'kin' || n || '@example.com' END,
       CASE WHEN n % 2 = 0 THEN 'Teacher; part-time' END, CASE WHEN n % 5 <> 0 THEN E'P.O. Box 17\nMaseru 100' END, 'Lesotho',
       timestamp '2024-04-01' + n * interval '1 day'
FROM (SELECT n, 1 + n * 1999 % (22000 * :scale) AS s FROM generate_series(1, 11 * CAST(:scale AS bigint)) n) numbered;

-- Programs of students: the table
CREATE TABLE student_programs (
    id serial NOT NULL, std_no bigint NOT NULL, intake_date text, reg_date text, start_term text, structure_id integer NOT NULL, stream text,
    graduation_date text, status student_program_status NOT NULL, assist_provider text, created_at timestamp DEFAULT now());
-- Programs of students: 24,176
INSERT INTO student_programs
SELECT n + n / 12, 901000000 + s + s / 9 + s % 1000 / 999 * 8000000000,
       CASE WHEN n % 8 <> 0 THEN (2013 + n % 11) || '-08-01' END, CASE WHEN n % 9 <> 0 THEN (2013 + n % 11) || '-08-' || 10 + n % 20 END,
       CASE n % 10 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE (2009 + n % 15) || '-0' || CASE n % 2 WHEN 0 THEN 2 ELSE 8 END END,
       structure + structure / 9,
       CASE WHEN n % 12 = 0 THEN 'Evening' END, CASE WHEN n % 3 = 0 THEN (2016 + n % 9) || '-11-30' END,
       (ARRAY['Active', 'Completed', 'Completed', 'Changed', 'Inactive', 'Deleted'])[1 + n / 7 % 6]::student_program_status,
       CASE WHEN n % 4 = 0 THEN 'NMDS' END, timestamp '2013-08-01' + n * interval '101 minutes'
FROM (SELECT n, 1 + (n - 1) % (22000 * :scale) AS s, (1 + n * 7919 % (417 * :scale))::integer AS structure
      FROM generate_series(1, 24176 * CAST(:scale AS bigint)) n) numbered;

-- Semesters of students: the table
CREATE TABLE student_semesters (
    id serial NOT NULL, term_code text NOT NULL, status semester_status NOT NULL, student_program_id integer NOT NULL, caf_date text,
    structure_semester_id integer NOT NULL, sponsor_id integer, registration_request_id integer, created_at timestamp DEFAULT now());
-- Semesters of students: 119,915
INSERT INTO student_semesters
SELECT n + n / 15,
       (2009 + (program + semester / 2) % 16) || CASE semester % 2 WHEN 0 THEN '-02' ELSE '-08' END,
       (ARRAY['Active', 'Active', 'Active', 'Enrolled', 'Active', 'Repeat', 'Deferred', 'DNR', 'DroppedOut', 'Inactive'])[1 + n % 10]::semester_status,
       program + program / 12,
       CASE WHEN n % 11 <> 0 THEN (2010 + n % 14) || '-09-0' || 1 + n % 9 END,
       part + part / 11,
       CASE WHEN n % 6 <> 0 THEN 1 + n % 40 END,
       CASE WHEN n % 20 = 0 THEN n / 20 END,
       timestamp '2013-09-01' + n * interval '47 minutes'
FROM (SELECT n, program, semester, 1 + program * 7919 % (417 * :scale) + semester * 417 * :scale AS part
      FROM (SELECT n, 1 + (n - 1) * 24176 / 119915 AS program, (n - 1) * 24176 % 119915 / 24176 AS semester
            FROM generate_series(1, 119915 * CAST(:scale AS bigint)) n) placed) numbered;

-- Modules of students: the table
CREATE TABLE student_modules (
    id serial NOT NULL, semester_module_id integer NOT NULL, status student_module_status NOT NULL, marks text NOT NULL, grade grade NOT NULL,
    student_semester_id integer NOT NULL, created_at timestamp DEFAULT now(), credits real NOT NULL);
-- Modules of students: 673,913
INSERT INTO student_modules
SELECT n + n / 20,
       taken + taken / 13,
       CASE WHEN n % 8 < 6 THEN 'Compulsory' WHEN n % 16 = 6 THEN 'Add' WHEN n % 16 = 7 THEN 'Repeat1' WHEN n % 32 = 14 THEN 'Drop'
            WHEN n % 32 = 30 THEN 'Delete' ELSE 'Resit1' END::student_module_status,
       CASE WHEN n % 97 = 0 THEN '' WHEN n % 89 = 0 THEN 'NM' WHEN n % 13 = 0 THEN score || '.5' WHEN n % 211 = 0 THEN score || '.07' ELSE score::text END,
       CASE WHEN n % 97 = 0 OR n % 89 = 0 THEN 'NM' WHEN score >= 90 THEN 'A+' WHEN score >= 85 THEN 'A' WHEN score >= 80 THEN 'A-'
            WHEN score >= 75 THEN 'B+' WHEN score >= 70 THEN 'B' WHEN score >= 65 THEN 'B-' WHEN score >= 60 THEN 'C+' WHEN score >= 55 THEN 'C'
            WHEN score >= 50 THEN 'C-' WHEN score >= 45 THEN 'PP' ELSE 'F' END::grade,
       semester + semester / 15,
       CASE WHEN n % 53 <> 0 THEN timestamp '2013-10-01' + n % 673913 * interval '00:09:01.017' END,
       6 + n % 4 * 2.5
FROM (SELECT n, semester, 35 + n * 7919 % 61 AS score,
             CASE WHEN place < 4 THEN part + place * 2702 * :scale WHEN place = 4 AND part <= 2227 * :scale THEN part + 10808 * :scale
                  ELSE 1 + n * 31 % (13035 * :scale) END AS taken
      FROM (SELECT n, semester, place,
                   1 + (1 + (semester - 1) * 24176 / 119915) * 7919 % (417 * :scale) + (semester - 1) * 24176 % 119915 / 24176 * 417 * :scale AS part
            FROM (SELECT n, 1 + (n - 1) * 119915 / 673913 AS semester, (n - 1) * 119915 % 673913 / 119915 AS place
                  FROM generate_series(1, 673913 * CAST(:scale AS bigint)) n) placed) reached) numbered;

-- Terms: the table
CREATE TABLE terms (id serial PRIMARY KEY, code text NOT NULL UNIQUE, name text NOT NULL, is_active boolean NOT NULL DEFAULT false, start_date date, end_date date);
-- Terms: 24
INSERT INTO terms
SELECT n, (2013 + (n - 1) / 2) || CASE n % 2 WHEN 1 THEN '-02' ELSE '-08' END, CASE n % 2 WHEN 1 THEN 'February ' ELSE 'August ' END || 2013 + (n - 1) / 2,
       n = 24, date '2013-02-01' + n * 182, date '2013-06-30' + n * 182
FROM generate_series(1, 24) n;

-- Assessments: the table
CREATE TABLE assessments (
    id serial NOT NULL, module_id integer NOT NULL, term_id integer NOT NULL, assessment_number assessment_number NOT NULL,
    assessment_type text NOT NULL, total_marks real NOT NULL, weight real NOT NULL, created_at timestamp DEFAULT now());
-- Assessments: 15,000
INSERT INTO assessments
SELECT n + n / 17, module + module / 8, 1 + n % 24, ('CW' || 1 + (n - 1) / (4059 * :scale))::assessment_number,
       (ARRAY['exam', 'group-project', 'individual-assignment', 'lab', 'presentation', 'test'])[1 + n % 6],
       (ARRAY[100, 50, 30, 40, 20])[1 + n % 5], (ARRAY[40, 20, 12.5, 33.3])[1 + n % 4], timestamp '2023-02-01' + n * interval '29 minutes'
FROM (SELECT n, 1 + (n - 1) % (4059 * :scale) AS module FROM generate_series(1, 15000 * :scale) n) numbered;

-- Marks of assessments: the table
CREATE TABLE assessment_marks (
    id serial NOT NULL, assessment_id integer NOT NULL, marks real NOT NULL, student_module_id integer NOT NULL, created_at timestamp DEFAULT now());
-- Marks of assessments: 500,000, two for each of the latest student modules
INSERT INTO assessment_marks
SELECT n + n / 19, assessment + assessment / 17, n * 7919 % 1001 / 10.0, student_module + student_module / 20,
       CASE WHEN n % 71 <> 0 THEN timestamp '2023-03-01' + n % 500000 * interval '00:02:03.5' END
FROM (SELECT n, 423913 * :scale + 1 + (n - 1) / 2 AS student_module, modules.number + n % 2 * 4059 * :scale AS assessment
      FROM generate_series(1, 500000 * CAST(:scale AS bigint)) n
      JOIN student_modules ON student_modules.id = 423913 * :scale + 1 + (n - 1) / 2 + (423913 * :scale + 1 + (n - 1) / 2) / 20
      JOIN semester_modules ON semester_modules.id = student_modules.semester_module_id
      JOIN (SELECT id, row_number() OVER (ORDER BY id) AS number FROM modules) modules ON modules.id = semester_modules.module_id) numbered;

-- Sponsors: the table
CREATE TABLE sponsors (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text NOT NULL UNIQUE, name text NOT NULL, budget numeric(14, 2));
-- Sponsors: 8, fewer than the sponsor_id of semesters refer to
INSERT INTO sponsors (code, name, budget)
SELECT 'SP' || n, (ARRAY['National Manpower Development Secretariat', 'Self', 'Bokamoso Trust', 'Vodacom Lesotho'])[1 + n % 4], n * 1234567.89
FROM generate_series(1, 8) n;

-- Requests for registration: the table
CREATE TABLE registration_requests (
    id serial PRIMARY KEY, sponsor_id integer REFERENCES sponsors, std_no bigint NOT NULL, term_id integer NOT NULL REFERENCES terms,
    status request_status NOT NULL DEFAULT 'pending', message text, mail_sent boolean NOT NULL DEFAULT false, count smallint NOT NULL DEFAULT 1,
    created_at timestamp DEFAULT now(), updated_at timestamp);
-- Requests for registration: 6,000
INSERT INTO registration_requests
SELECT n, CASE WHEN n % 5 <> 0 THEN 1 + n % 8 END, 901000000 + s + s / 9 + s % 1000 / 999 * 8000000000, 1 + n % 24,
       (ARRAY['pending', 'approved', 'rejected', 'partial', 'registered'])[1 + n % 5]::request_status,
       CASE n % 4 WHEN 0 THEN 'Ke kopa ho ngolisoa; ''me kea leboha' WHEN 1 THEN E'two\tcolumns' END, n % 2 = 0, 1 + n % 3,
       timestamp '2023-01-10' + n * interval '17 minutes', NULL
FROM (SELECT n, 1 + n * 13 % (22000 * :scale) AS s FROM generate_series(1, 6000 * CAST(:scale AS bigint)) n) numbered;

-- Requested modules: the table, with a key of two columns
CREATE TABLE requested_modules (
    registration_request_id integer NOT NULL REFERENCES registration_requests ON DELETE CASCADE, semester_module_id integer NOT NULL,
    module_status student_module_status NOT NULL DEFAULT 'Compulsory', created_at timestamp DEFAULT now());
-- Requested modules: 24,000
INSERT INTO requested_modules
SELECT 1 + (n - 1) / 4, module + module / 13, 'Compulsory', timestamp '2023-01-11' + n * interval '3 minutes'
FROM (SELECT n, 1 + n * 31 % (13035 * :scale) AS module FROM generate_series(1, 24000 * :scale) n) numbered;

-- Clearance of registration requests: the table
CREATE TABLE clearance (
    id serial PRIMARY KEY, registration_request_id integer NOT NULL REFERENCES registration_requests, department text NOT NULL,
    status request_status NOT NULL DEFAULT 'pending', message text, responded_by text, response_date timestamptz,
    waited interval GENERATED ALWAYS AS (make_interval(days => 2)) STORED);
-- Clearance of registration requests: 9,000
INSERT INTO clearance (id, registration_request_id, department, status, message, response_date)
SELECT n, 1 + n % (6000 * :scale), (ARRAY['finance', 'library', 'resource'])[1 + n % 3], 'approved', CASE WHEN n % 9 = 0 THEN 'Owes M 1,250.00' END,
       CASE WHEN n % 4 <> 0 THEN timestamptz '2023-02-01 12:00:00+02' + n * interval '5 minutes' END
FROM generate_series(1, 9000 * :scale) n;

-- Receipts: the table, with keys made by nanoid
CREATE TABLE payment_receipts (
    id text PRIMARY KEY, std_no bigint NOT NULL, receipt_no varchar(20) NOT NULL UNIQUE, amount numeric(12, 2) NOT NULL, paid_on date NOT NULL,
    exchange_rate double precision, reference uuid);
-- Receipts: 4,000
INSERT INTO payment_receipts
SELECT substr(translate(md5('receipt' || n), '0123456789abcdef', 'V1StGXR8_Z5jdHi6'), 1, 21), 901000000 + s + s / 9 + s % 1000 / 999 * 8000000000,
       'SR-' || lpad(n::text, 6, '0'), n * 37.5 % 9000 + 0.01, date '2022-01-01' + n % 1000,
       CASE n % 50 WHEN 0 THEN 'NaN' WHEN 1 THEN 'Infinity' WHEN 2 THEN 0.1 + 0.2 ELSE n / 7.0 END::double precision, md5('reference' || n)::uuid
FROM (SELECT n, 1 + n * 11 % (22000 * :scale) AS s FROM generate_series(1, 4000 * :scale) n) numbered;

-- Documents of students: the table, with bytes
CREATE TABLE documents (id text PRIMARY KEY, std_no bigint NOT NULL, file_name text NOT NULL, content bytea, digest bytea NOT NULL);
-- Documents of students: 600
INSERT INTO documents
SELECT 'doc_' || md5('document' || n), 901000000 + n + n / 9 + n % 1000 / 999 * 8000000000, 'passport ' || n || ' (copy).pdf',
       CASE WHEN n % 10 <> 0 THEN decode(repeat(md5(n::text), 20), 'hex') END, decode(md5('digest' || n), 'hex')
FROM generate_series(1, 600 * :scale) n;

-- Audit log: the table
CREATE TABLE audit_logs (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, table_name text NOT NULL, record_id text NOT NULL, operation text NOT NULL, old_values jsonb,
    new_values jsonb, changed_by text, changed_at timestamptz NOT NULL DEFAULT now(), address inet, CHECK (operation IN ('INSERT', 'UPDATE', 'DELETE')));
-- Audit log: 30,000
INSERT INTO audit_logs (table_name, record_id, operation, old_values, new_values, changed_at, address)
SELECT 'student_modules', (n * 13)::text, 'UPDATE', jsonb_build_object('marks', (n % 100)::text, 'grade', 'C'),
       jsonb_build_object('marks', (n % 100 + 1)::text, 'grade', 'C+'), timestamptz '2024-01-01 08:00:00+02' + n * interval '2 minutes',
       ('10.0.' || n % 4 || '.' || n % 250)::inet
FROM generate_series(1, 30000 * :scale) n;

-- Attempts to log in: the table, without any key, with equal rows
CREATE TABLE login_attempts (email text, succeeded boolean, at timestamptz);
-- Attempts to log in: 2,000
INSERT INTO login_attempts
SELECT CASE WHEN n % 40 <> 0 THEN 'user.' || n % 90 || '@example.ac.ls' END, n % 3 <> 0, timestamptz '2025-01-01 00:00:00+02' + n % 500 * interval '1 minute'
FROM generate_series(1, 2000 * :scale) n;

-- Sessions: the table
CREATE TABLE sessions (session_token text PRIMARY KEY, user_id text NOT NULL, expires timestamptz NOT NULL);
-- Sessions: 400
INSERT INTO sessions
SELECT md5('session' || row_number() OVER (ORDER BY id)), id, timestamptz '2026-02-01 00:00:00+02' FROM users ORDER BY id LIMIT 400;

-- Settings: the table
CREATE TABLE settings (name text PRIMARY KEY, value jsonb, changed_at timestamp(3) NOT NULL DEFAULT now());
-- Settings: 4
INSERT INTO settings VALUES
    ('registration.open', 'true', '2025-01-06 08:00:00.125'), ('registration.limits', '{"credits": 72.5, "semesters": [1, 2, null]}', '2025-01-06 08:00:00'),
    ('grading.scale', '[["A+", 90], ["A", 85]]', '2024-07-01 00:00:00'), ('motto', NULL, '2020-02-29 12:00:00');

-- Timetable: the table
CREATE TABLE timetable_slots (
    id serial PRIMARY KEY, semester_module_id integer NOT NULL, weekday smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7), starts time NOT NULL,
    lasts interval NOT NULL, weeks integer[] NOT NULL, valid daterange NOT NULL, UNIQUE (semester_module_id, weekday, starts));
-- Timetable: 3,000
INSERT INTO timetable_slots
SELECT n, n + n / 13, 1 + n % 6, time '08:30' + n % 8 * interval '1 hour', interval '1 hour 30 minutes', ARRAY[1 + n % 5, 6, 7 + n % 8],
       daterange('2025-02-01', '2025-06-01') FROM generate_series(1, 3000 * :scale) n;

-- The migration ledger of the application: the schema
CREATE SCHEMA drizzle;
-- The migration ledger of the application: the table
CREATE TABLE drizzle.__drizzle_migrations (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint);
-- The migration ledger of the application: 12
INSERT INTO drizzle.__drizzle_migrations (hash, created_at)
SELECT md5('a' || n) || md5('b' || n), 1746000000000 + n * 604800123::bigint FROM generate_series(1, 12) n;

-- Primary keys
ALTER TABLE schools ADD PRIMARY KEY (id);
ALTER TABLE programs ADD PRIMARY KEY (id);
ALTER TABLE structures ADD PRIMARY KEY (id);
ALTER TABLE structure_semesters ADD PRIMARY KEY (id);
ALTER TABLE modules ADD PRIMARY KEY (id);
ALTER TABLE semester_modules ADD PRIMARY KEY (id);
ALTER TABLE module_prerequisites ADD PRIMARY KEY (id);
ALTER TABLE users ADD PRIMARY KEY (id);
ALTER TABLE students ADD PRIMARY KEY (std_no);
ALTER TABLE student_education ADD PRIMARY KEY (id);
ALTER TABLE next_of_kins ADD PRIMARY KEY (id);
ALTER TABLE student_programs ADD PRIMARY KEY (id);
ALTER TABLE student_semesters ADD PRIMARY KEY (id);
ALTER TABLE student_modules ADD PRIMARY KEY (id);
ALTER TABLE assessments ADD PRIMARY KEY (id);
ALTER TABLE assessment_marks ADD PRIMARY KEY (id);
ALTER TABLE requested_modules ADD PRIMARY KEY (registration_request_id, semester_module_id);

-- Unique keys
ALTER TABLE schools ADD CONSTRAINT schools_code_unique UNIQUE (code);
ALTER TABLE programs ADD CONSTRAINT programs_code_unique UNIQUE (code);
ALTER TABLE structures ADD CONSTRAINT structures_code_unique UNIQUE (code);
ALTER TABLE module_prerequisites ADD CONSTRAINT module_prerequisites_pair_unique UNIQUE (semester_module_id, prerequisite_id);
ALTER TABLE assessments ADD CONSTRAINT assessments_number_unique UNIQUE (module_id, assessment_number, term_id);
ALTER TABLE users ADD CONSTRAINT users_email_unique UNIQUE (email);

-- Foreign keys
ALTER TABLE programs ADD FOREIGN KEY (school_id) REFERENCES schools ON DELETE CASCADE;
ALTER TABLE structures ADD FOREIGN KEY (program_id) REFERENCES programs ON DELETE CASCADE;
ALTER TABLE structure_semesters ADD FOREIGN KEY (structure_id) REFERENCES structures ON DELETE CASCADE;
ALTER TABLE semester_modules ADD FOREIGN KEY (module_id) REFERENCES modules ON DELETE CASCADE;
ALTER TABLE semester_modules ADD FOREIGN KEY (semester_id) REFERENCES structure_semesters ON DELETE SET NULL;
ALTER TABLE module_prerequisites ADD FOREIGN KEY (semester_module_id) REFERENCES semester_modules ON DELETE CASCADE;
ALTER TABLE module_prerequisites ADD FOREIGN KEY (prerequisite_id) REFERENCES semester_modules ON DELETE CASCADE;
ALTER TABLE students ADD FOREIGN KEY (user_id) REFERENCES users ON DELETE SET NULL;
ALTER TABLE student_education ADD FOREIGN KEY (std_no) REFERENCES students ON DELETE CASCADE;
ALTER TABLE next_of_kins ADD FOREIGN KEY (std_no) REFERENCES students ON DELETE CASCADE;
ALTER TABLE student_programs ADD FOREIGN KEY (std_no) REFERENCES students ON DELETE CASCADE;
ALTER TABLE student_programs ADD FOREIGN KEY (structure_id) REFERENCES structures ON DELETE CASCADE;
ALTER TABLE student_semesters ADD FOREIGN KEY (student_program_id) REFERENCES student_programs ON DELETE CASCADE;
ALTER TABLE student_semesters ADD FOREIGN KEY (structure_semester_id) REFERENCES structure_semesters ON DELETE CASCADE;
ALTER TABLE student_modules ADD FOREIGN KEY (semester_module_id) REFERENCES semester_modules ON DELETE CASCADE;
ALTER TABLE student_modules ADD FOREIGN KEY (student_semester_id) REFERENCES student_semesters ON DELETE CASCADE;
ALTER TABLE assessments ADD FOREIGN KEY (module_id) REFERENCES modules ON DELETE CASCADE;
ALTER TABLE assessments ADD FOREIGN KEY (term_id) REFERENCES terms ON DELETE CASCADE;
ALTER TABLE assessment_marks ADD FOREIGN KEY (assessment_id) REFERENCES assessments ON DELETE CASCADE;
ALTER TABLE assessment_marks ADD FOREIGN KEY (student_module_id) REFERENCES student_modules ON DELETE CASCADE;
ALTER TABLE registration_requests ADD FOREIGN KEY (std_no) REFERENCES students;
ALTER TABLE requested_modules ADD FOREIGN KEY (semester_module_id) REFERENCES semester_modules;
ALTER TABLE payment_receipts ADD FOREIGN KEY (std_no) REFERENCES students;
ALTER TABLE sessions ADD FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE;
ALTER TABLE timetable_slots ADD FOREIGN KEY (semester_module_id) REFERENCES semester_modules ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

-- Indexes
CREATE INDEX programs_school_id_index ON programs (school_id);
CREATE INDEX structures_program_id_index ON structures (program_id);
CREATE INDEX structure_semesters_structure_id_index ON structure_semesters (structure_id);
CREATE INDEX modules_code_index ON modules (code);
CREATE INDEX semester_modules_module_id_index ON semester_modules (module_id);
CREATE INDEX semester_modules_semester_id_index ON semester_modules (semester_id);
CREATE INDEX student_programs_std_no_index ON student_programs (std_no);
CREATE INDEX student_programs_structure_id_index ON student_programs (structure_id) WHERE status = 'Active';
CREATE INDEX student_semesters_student_program_id_index ON student_semesters (student_program_id);
CREATE INDEX student_semesters_structure_semester_id_index ON student_semesters (structure_semester_id);
CREATE INDEX student_modules_semester_module_id_index ON student_modules (semester_module_id);
CREATE INDEX student_modules_student_semester_id_index ON student_modules (student_semester_id);
CREATE INDEX assessment_marks_student_module_id_index ON assessment_marks (student_module_id);
CREATE INDEX assessment_marks_assessment_id_index ON assessment_marks (assessment_id);
CREATE INDEX students_lower_name_index ON students (lower(name));

-- Search by similarity, where the server has pg_trgm
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') THEN
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
        CREATE INDEX students_name_trgm_index ON students USING gin (name gin_trgm_ops);
    END IF;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE NOTICE 'pg_trgm is left out: this account may not create extensions';
END
$$;

-- A view over the chain from student to school
CREATE VIEW active_students AS
SELECT students.std_no, students.name, programs.code AS program_code, schools.code AS school_code
FROM students
JOIN student_programs ON student_programs.std_no = students.std_no AND student_programs.status = 'Active'
JOIN structures ON structures.id = student_programs.structure_id
JOIN programs ON programs.id = structures.program_id
JOIN schools ON schools.id = programs.school_id;

-- Changed marks are written to the audit log
CREATE FUNCTION audit_marks() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO audit_logs (table_name, record_id, operation, old_values, new_values)
    VALUES (TG_TABLE_NAME, NEW.id::text, TG_OP, jsonb_build_object('marks', OLD.marks, 'grade', OLD.grade), jsonb_build_object('marks', NEW.marks, 'grade', NEW.grade));
    RETURN NEW;
END
$body$;
CREATE TRIGGER student_modules_audit AFTER UPDATE OF marks, grade ON student_modules
    FOR EACH ROW WHEN (OLD.marks IS DISTINCT FROM NEW.marks OR OLD.grade IS DISTINCT FROM NEW.grade) EXECUTE FUNCTION audit_marks();

-- Requests know when they changed
CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$body$;
CREATE TRIGGER registration_requests_touch BEFORE UPDATE ON registration_requests FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- Sequences stand behind the largest id
SELECT setval(pg_get_serial_sequence(serials.name, 'id'), serials.largest)
FROM (SELECT 'schools' AS name, max(id) AS largest FROM schools UNION ALL SELECT 'programs', max(id) FROM programs
      UNION ALL SELECT 'structures', max(id) FROM structures UNION ALL SELECT 'structure_semesters', max(id) FROM structure_semesters
      UNION ALL SELECT 'modules', max(id) FROM modules UNION ALL SELECT 'semester_modules', max(id) FROM semester_modules
      UNION ALL SELECT 'module_prerequisites', max(id) FROM module_prerequisites UNION ALL SELECT 'student_education', max(id) FROM student_education
      UNION ALL SELECT 'next_of_kins', max(id) FROM next_of_kins UNION ALL SELECT 'student_programs', max(id) FROM student_programs
      UNION ALL SELECT 'student_semesters', max(id) FROM student_semesters UNION ALL SELECT 'student_modules', max(id) FROM student_modules
      UNION ALL SELECT 'terms', max(id) FROM terms UNION ALL SELECT 'assessments', max(id) FROM assessments
      UNION ALL SELECT 'assessment_marks', max(id) FROM assessment_marks UNION ALL SELECT 'registration_requests', max(id) FROM registration_requests
      UNION ALL SELECT 'clearance', max(id) FROM clearance UNION ALL SELECT 'timetable_slots', max(id) FROM timetable_slots) serials;

-- Comments and grants
COMMENT ON TABLE students IS 'One row for every student, by student number';
COMMENT ON COLUMN student_modules.marks IS 'A number as text, '''' or ''NM'' where there is none';
GRANT SELECT ON active_students TO PUBLIC;
GRANT SELECT ON schools, programs TO pg_monitor;
GRANT SELECT (std_no, name) ON students TO pg_monitor;

-- Statistics
ANALYZE;
