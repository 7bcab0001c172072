-- A university registry before the migration: the documents' row counts at scale 1, ids with gaps, names in many scripts
-- Everything is arithmetic on the row's number n, so that two builds are equal. A row n of a table has the id n + n DIV k.

-- The database: names in every script, whatever the server's default is
ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Numbers from 1
CREATE TEMPORARY TABLE numbers (n int NOT NULL PRIMARY KEY);
-- Numbers from 1 to as many as the largest table has rows: thousands of thousands, because neither product recurses deeper by itself
INSERT INTO numbers
WITH RECURSIVE digits (d) AS (SELECT 0 UNION ALL SELECT d + 1 FROM digits WHERE d < 999)
SELECT 1 + ones.d + thousands.d * 1000 + millions.d * 1000000
FROM digits millions
JOIN digits thousands ON millions.d * 1000000 + thousands.d * 1000 < 673913 * :scale
JOIN digits ones ON ones.d + thousands.d * 1000 + millions.d * 1000000 < 673913 * :scale
WHERE millions.d * 1000000 < 673913 * :scale;

-- Schools: the table
CREATE TABLE schools (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY, code varchar(20) NOT NULL, name varchar(255) NOT NULL, is_active boolean NOT NULL DEFAULT true,
    created_at datetime(3) DEFAULT CURRENT_TIMESTAMP(3), UNIQUE KEY schools_code_unique (code));
-- Schools: 15
INSERT INTO schools
SELECT n + n DIV 5,
       CONCAT(ELT(1 + (n - 1) % 15, 'FICT', 'FBMG', 'FCMB', 'FABE', 'FDSI', 'FFLC', 'FCTH', 'FPGS', 'FEDU', 'FLAW', 'FHSC', 'FAGR', 'FMUS', 'FNUR', 'FINT'),
              CASE WHEN n > 15 THEN CONCAT('-', (n - 1) DIV 15) ELSE '' END),
       ELT(1 + (n - 1) % 15, 'Faculty of Information & Communication Technology', 'Faculty of Business Management and Globalization',
           'Faculty of Communication, Media and Broadcasting', 'Faculty of Architecture and the Built Environment',
           'Faculty of Design Innovation “Si”', 'Lefapha la Puo le Litšoantšiso', 'Sekolo sa Tsamaiso ea Baeti',
           'School of Post''graduate Studies', 'Faculty of Education', 'کلیہ قانون', '健康科學學院', 'Lefapha la Temo', 'School of Music 🎼',
           'School of "Nursing"', CONCAT('Faculty of', CHAR(10), 'International Studies')),
       n % 15 <> 14,
       CASE WHEN n % 7 <> 0 THEN TIMESTAMP'2011-02-01 08:00:00' + INTERVAL n * 263820.25 SECOND END
FROM numbers WHERE n <= 15 * :scale;

-- Programs: the table
CREATE TABLE programs (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY, code varchar(20) NOT NULL, name varchar(255) NOT NULL,
    level enum('certificate', 'diploma', 'degree', 'short_course') NOT NULL, school_id int NOT NULL,
    created_at datetime(3) DEFAULT CURRENT_TIMESTAMP(3), UNIQUE KEY programs_code_unique (code), KEY programs_school_id_index (school_id),
    CONSTRAINT programs_school_id_fk FOREIGN KEY (school_id) REFERENCES schools (id) ON DELETE CASCADE);
-- Programs: 102
INSERT INTO programs
SELECT n + n DIV 4,
       CONCAT(ELT(1 + n % 10, 'CIT', 'DIT', 'BSCIT', 'DBM', 'BBIB', 'DJM', 'BAPC', 'DAT', 'BID', 'DTM'), '-', n),
       ELT(1 + n % 10, 'Certificate in Information Technology', 'Diploma in Information Technology', 'B Sc. (Hons) in Information Technology',
           'Diploma in Business Management', 'B Bus in International Business', 'Diploma in Journalism & Media',
           'BA in Professional Communication', 'Diploma in Architecture Technology', 'B in Interior Design', 'Lengolo la Bohahlauli'),
       ELT(1 + n % 10, 'certificate', 'diploma', 'degree', 'diploma', 'degree', 'diploma', 'degree', 'diploma', 'degree', 'diploma'),
       school + school DIV 5,
       TIMESTAMP'2012-02-01 09:30:00' + INTERVAL n * 5 DAY
FROM (SELECT n, 1 + n * 7 % (15 * :scale) AS school FROM numbers WHERE n <= 102 * :scale) numbered;

-- Structures: the table
CREATE TABLE structures (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY, code varchar(30) NOT NULL, `desc` text, program_id int NOT NULL,
    created_at datetime(3) DEFAULT CURRENT_TIMESTAMP(3), UNIQUE KEY structures_code_unique (code), KEY structures_program_id_index (program_id),
    CONSTRAINT structures_program_id_fk FOREIGN KEY (program_id) REFERENCES programs (id) ON DELETE CASCADE);
-- Structures: 417
INSERT INTO structures
SELECT n + n DIV 9,
       CONCAT(2012 + n % 12, CASE WHEN n % 2 = 0 THEN '-02-' ELSE '-08-' END, n),
       CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'Revised "new" structure' ELSE CONCAT('Structure ', n) END,
       program + program DIV 4,
       TIMESTAMP'2012-06-01 10:00:00' + INTERVAL n DAY
FROM (SELECT n, 1 + (n - 1) % (102 * :scale) AS program FROM numbers WHERE n <= 417 * :scale) numbered;

-- Semesters of the structures: the table
CREATE TABLE structure_semesters (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY, structure_id int NOT NULL, semester_number char(2) NOT NULL, name varchar(100) NOT NULL,
    total_credits float NOT NULL, created_at datetime(3) DEFAULT CURRENT_TIMESTAMP(3),
    KEY structure_semesters_structure_id_index (structure_id),
    CONSTRAINT structure_semesters_structure_id_fk FOREIGN KEY (structure_id) REFERENCES structures (id) ON DELETE CASCADE);
-- Semesters of the structures: 2,702
INSERT INTO structure_semesters
SELECT n + n DIV 11, structure + structure DIV 9,
       CASE WHEN structure % 50 = 0 AND semester = 1 THEN 'F1' ELSE CONCAT('0', semester) END,
       CONCAT('Year ', (semester + 1) DIV 2, ' Sem ', (semester + 1) % 2 + 1),
       60 + n % 5 * 1.1, TIMESTAMP'2012-06-02 00:00:00' + INTERVAL n * 3 HOUR
FROM (SELECT n, 1 + (n - 1) % (417 * :scale) AS structure, 1 + (n - 1) DIV (417 * :scale) AS semester
      FROM numbers WHERE n <= 2702 * :scale) numbered;

-- Modules: the table
CREATE TABLE modules (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY, code varchar(20) NOT NULL, name varchar(255) NOT NULL,
    status enum('Active', 'Defunct') NOT NULL DEFAULT 'Active', `timestamp` varchar(30), remark text, KEY modules_code_index (code));
-- Modules: 4,059
INSERT INTO modules
SELECT n + n DIV 8,
       CONCAT(ELT(1 + n % 8, 'BIDC', 'BIBM', 'DIWD', 'DBAC', 'BAJM', 'DABT', 'BIDE', 'DTTG'), 1000 + n),
       CONCAT(ELT(1 + n % 11, 'Creative & Innovative Studies', 'Principles of Programming', 'Business English', 'Sesotho sa Mathomo',
                  'Web Design “101”', 'Moral & Ethics', 'دستور اور قانون', '程式設計', 'Lipalo ’me le Lipalopalo', 'Master''s Seminar 🎓', 'Accounting'),
              CASE n % 3 WHEN 0 THEN ' I' WHEN 1 THEN ' II' ELSE '' END),
       CASE WHEN n % 23 = 0 THEN 'Defunct' ELSE 'Active' END,
       CASE WHEN n % 4 <> 0 THEN CONCAT(2013 + n % 10, '-0', 1 + n % 9, '-11 08:00') END,
       CASE n % 9 WHEN 0 THEN '' WHEN 1 THEN CONCAT('First line', CHAR(10), 'second line, with a comma') WHEN 2 THEN CONCAT('Replaces "', n, '"') END
FROM numbers WHERE n <= 4059 * :scale;

-- Modules of the semesters: the table
CREATE TABLE semester_modules (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY, module_id int NOT NULL, type enum('Major', 'Minor', 'Core', 'Delivery', 'Elective') NOT NULL,
    credits double NOT NULL, semester_id int, hidden boolean NOT NULL DEFAULT false, KEY semester_modules_module_id_index (module_id),
    KEY semester_modules_semester_id_index (semester_id),
    CONSTRAINT semester_modules_module_id_fk FOREIGN KEY (module_id) REFERENCES modules (id) ON DELETE CASCADE,
    CONSTRAINT semester_modules_semester_id_fk FOREIGN KEY (semester_id) REFERENCES structure_semesters (id) ON DELETE SET NULL);
-- Modules of the semesters: 13,035
INSERT INTO semester_modules
SELECT n + n DIV 13, module + module DIV 8, ELT(1 + n % 5, 'Major', 'Minor', 'Core', 'Delivery', 'Elective'), 6 + n % 4 * 2.5,
       CASE WHEN n % 997 <> 0 THEN semester + semester DIV 11 END, n % 41 = 0
FROM (SELECT n, 1 + (n - 1) % (2702 * :scale) AS semester, 1 + n * 7919 % (4059 * :scale) AS module
      FROM numbers WHERE n <= 13035 * :scale) numbered;

-- Prerequisites of modules: the table
CREATE TABLE module_prerequisites (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY, semester_module_id int NOT NULL, prerequisite_id int NOT NULL,
    created_at datetime(3) DEFAULT CURRENT_TIMESTAMP(3), UNIQUE KEY module_prerequisites_pair_unique (semester_module_id, prerequisite_id),
    CONSTRAINT module_prerequisites_semester_module_id_fk FOREIGN KEY (semester_module_id) REFERENCES semester_modules (id) ON DELETE CASCADE,
    CONSTRAINT module_prerequisites_prerequisite_id_fk FOREIGN KEY (prerequisite_id) REFERENCES semester_modules (id) ON DELETE CASCADE);
-- Prerequisites of modules: 408
INSERT INTO module_prerequisites
SELECT n + n DIV 6, module + module DIV 13, prerequisite + prerequisite DIV 13, TIMESTAMP'2014-03-01 00:00:00' + INTERVAL n * 7 HOUR
FROM (SELECT n, 1 + n * 29 % (13035 * :scale) AS module, 1 + n * 13 % (13035 * :scale) AS prerequisite
      FROM numbers WHERE n <= 408 * :scale) numbered;

-- Users: the table, with text keys that differ by case only
CREATE TABLE users (
    id varchar(21) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, name varchar(255), email varchar(255), role varchar(20) NOT NULL DEFAULT 'user',
    email_verified timestamp(6) NULL, preferences json NOT NULL, notices set('mail', 'sms', 'app') NOT NULL DEFAULT 'mail', flags bit(6) NOT NULL DEFAULT b'0',
    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, UNIQUE KEY users_email_unique (email));
-- Users: 5,000
INSERT INTO users
SELECT CONCAT(LPAD(LOWER(HEX(n DIV 2 * 2654435761 % 4294967296)), 8, '0'), CASE n % 2 WHEN 0 THEN 'Qx_k' ELSE 'qX_k' END),
       CASE WHEN n % 37 <> 0 THEN CONCAT('User ', n) END, CONCAT('user.', n, '@example.ac.ls'),
       ELT(1 + n % 6, 'user', 'student', 'academic', 'registry', 'finance', 'admin'),
       CASE WHEN n % 3 = 0 THEN TIMESTAMP'2021-05-04 04:07:08.123456' + INTERVAL n HOUR END,
       JSON_OBJECT('theme', CASE n % 2 WHEN 0 THEN 'dark' ELSE 'light' END, 'rows', n % 100, 'note', CASE WHEN n % 10 = 0 THEN 'Ts''epo "T" 🎓' END),
       n % 8, n % 64, TIMESTAMP'2019-12-31 22:00:00' + INTERVAL n * 11 MINUTE
FROM numbers WHERE n <= 5000 * :scale;

-- Students: the table
CREATE TABLE students (
    std_no bigint NOT NULL PRIMARY KEY, name varchar(255) NOT NULL, national_id varchar(20) NOT NULL,
    status enum('Active', 'Applied', 'Deceased', 'Deleted', 'Graduated', 'Suspended', 'Terminated', 'Withdrawn') NOT NULL DEFAULT 'Active',
    date_of_birth date, phone1 varchar(30), phone2 varchar(30), gender enum('Male', 'Female', 'Unknown'),
    marital_status enum('Single', 'Married', 'Divorced', 'Windowed', 'Other'), country varchar(60), race varchar(60), nationality varchar(60),
    birth_place varchar(60), religion varchar(60), user_id varchar(21) CHARACTER SET ascii COLLATE ascii_bin,
    created_at datetime(3) DEFAULT CURRENT_TIMESTAMP(3), KEY students_name_index (name(40)),
    CONSTRAINT students_user_id_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL)
    COMMENT 'One row for every student, by student number';
-- Students: 22,000
INSERT INTO students
SELECT 901000000 + n + n DIV 9 + n % 1000 DIV 999 * 8000000000,
       CONCAT(ELT(1 + n % 13, 'Thabo', 'Lerato', '’Mamosa', 'Ts''epo', 'Palesa', 'Lineo', 'Khotso', 'Neo', 'محمد', '小龍', 'José', 'Mpho "MJ"', 'Nthabiseng'),
              ' ',
              ELT(1 + n % 11, 'Mokoena', 'Letsie', 'Mofokeng', 'Nts''ekhe', 'Molapo', 'علی', '李', 'Müller', 'O''Brien', 'Ramaema', 'Tšehlo'),
              CASE WHEN n % 2003 = 0 THEN ' 🎓' ELSE '' END),
       LPAD(n * 7919 % 1000000007, 12, '0'),
       ELT(1 + n % 9, 'Active', 'Active', 'Active', 'Graduated', 'Graduated', 'Terminated', 'Withdrawn', 'Suspended', 'Deceased'),
       CASE WHEN n % 61 <> 0 THEN DATE'1978-01-01' + INTERVAL n * 31 % 10500 DAY END,
       CASE WHEN n % 17 <> 0 THEN CONCAT('+266 5', LPAD(n * 7727 % 10000000, 7, '0')) END,
       CASE WHEN n % 5 = 0 THEN '' WHEN n % 5 = 1 THEN CONCAT('+266 6', LPAD(n * 613 % 10000000, 7, '0')) END,
       CASE WHEN n % 29 <> 0 THEN ELT(1 + n % 4, 'Male', 'Female', 'Female', 'Unknown') END,
       CASE WHEN n % 6 <> 0 THEN ELT(1 + n % 4, 'Single', 'Single', 'Married', 'Other') END,
       CASE WHEN n % 43 <> 0 THEN ELT(1 + n % 6, 'Lesotho', 'Lesotho', 'South Africa', 'Eswatini', 'پاکستان', '中國') END,
       CASE WHEN n % 2 = 0 THEN 'African' END, 'Mosotho', CASE WHEN n % 3 = 0 THEN 'Maseru' WHEN n % 3 = 1 THEN 'Leribe' END,
       CASE WHEN n % 7 = 0 THEN 'Roman Catholic' END,
       CASE WHEN n <= 2500 * :scale
            THEN CONCAT(LPAD(LOWER(HEX(n DIV 2 * 2654435761 % 4294967296)), 8, '0'), CASE n % 2 WHEN 0 THEN 'Qx_k' ELSE 'qX_k' END) END,
       TIMESTAMP'2013-01-15 08:00:00' + INTERVAL n * 97 MINUTE
FROM numbers WHERE n <= 22000 * :scale;

-- Education of students: the table
CREATE TABLE student_education (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY, std_no bigint NOT NULL, type enum('Primary', 'Secondary', 'Tertiary'),
    level enum('LGCSE', 'COSC', 'Certificate', 'Diploma', 'Degree', 'Others'), start_date date, end_date date,
    created_at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3), school_name varchar(255) NOT NULL,
    CONSTRAINT student_education_std_no_fk FOREIGN KEY (std_no) REFERENCES students (std_no) ON DELETE CASCADE);
-- Education of students: 2,492
INSERT INTO student_education
SELECT n + n DIV 10, 901000000 + s + s DIV 9 + s % 1000 DIV 999 * 8000000000,
       CASE WHEN n % 14 <> 0 THEN ELT(1 + n % 3, 'Primary', 'Secondary', 'Tertiary') END,
       CASE WHEN n % 15 <> 0 THEN ELT(1 + n % 6, 'LGCSE', 'COSC', 'Certificate', 'Diploma', 'Degree', 'Others') END,
       CASE WHEN n % 4 <> 0 THEN DATE'2001-01-20' + INTERVAL n * 3 % 5000 DAY END,
       CASE WHEN n % 6 <> 0 THEN DATE'2005-12-01' + INTERVAL n * 3 % 5000 DAY END,
       TIMESTAMP'2022-09-01 00:00:00' + INTERVAL n * 780.007 SECOND,
       ELT(1 + n % 5, 'Lesotho High School', 'St. Mary''s High School', 'Sekolo se Phahameng sa ’Mabathoana', 'Peka "High"', 'Holy Names')
FROM (SELECT n, 1 + n * 7919 % (22000 * :scale) AS s FROM numbers WHERE n <= 2492 * :scale) numbered;

-- Next of kin: the table
CREATE TABLE next_of_kins (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY, std_no bigint NOT NULL, name varchar(255) NOT NULL,
    relationship enum('Mother', 'Father', 'Brother', 'Sister', 'Guardian', 'Spouse', 'Other') NOT NULL, phone varchar(30), email varchar(255),
    occupation varchar(255), address text, country varchar(60), created_at datetime(3) DEFAULT CURRENT_TIMESTAMP(3),
    CONSTRAINT next_of_kins_std_no_fk FOREIGN KEY (std_no) REFERENCES students (std_no) ON DELETE CASCADE);
-- Next of kin: 11
INSERT INTO next_of_kins
SELECT n + n DIV 2, 901000000 + s + s DIV 9 + s % 1000 DIV 999 * 8000000000,
       ELT(1 + n % 5, '’M''e Masechaba Letsie', 'Ntate Thabang', '王秀英', 'عائشہ بی بی', 'Puleng O''Neill'),
       ELT(1 + n % 5, 'Mother', 'Father', 'Guardian', 'Sister', 'Spouse'),
       CASE WHEN n % 4 <> 0 THEN CONCAT('+266 58', 100000 + n) END, CASE WHEN n % 3 = 0 THEN CONCAT('kin', n, '@example.com') END,
       CASE WHEN n % 2 = 0 THEN 'Teacher; part-time' END, CASE WHEN n % 5 <> 0 THEN CONCAT('P.O. Box 17', CHAR(10), 'Maseru 100') END, 'Lesotho',
       TIMESTAMP'2024-04-01 00:00:00' + INTERVAL n DAY
FROM (SELECT n, 1 + n * 1999 % (22000 * :scale) AS s FROM numbers WHERE n <= 11 * :scale) numbered;

-- Programs of students: the table
CREATE TABLE student_programs (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY, std_no bigint NOT NULL, intake_date varchar(20), reg_date varchar(20), start_term varchar(20),
    structure_id int NOT NULL, stream varchar(60), graduation_date varchar(20),
    status enum('Active', 'Changed', 'Completed', 'Deleted', 'Inactive') NOT NULL, assist_provider varchar(60),
    created_at datetime(3) DEFAULT CURRENT_TIMESTAMP(3), KEY student_programs_std_no_index (std_no),
    KEY student_programs_structure_id_index (structure_id, status),
    CONSTRAINT student_programs_std_no_fk FOREIGN KEY (std_no) REFERENCES students (std_no) ON DELETE CASCADE,
    CONSTRAINT student_programs_structure_id_fk FOREIGN KEY (structure_id) REFERENCES structures (id) ON DELETE CASCADE);
-- Programs of students: 24,176
INSERT INTO student_programs
SELECT n + n DIV 12, 901000000 + s + s DIV 9 + s % 1000 DIV 999 * 8000000000,
       CASE WHEN n % 8 <> 0 THEN CONCAT(2013 + n % 11, '-08-01') END, CASE WHEN n % 9 <> 0 THEN CONCAT(2013 + n % 11, '-08-', 10 + n % 20) END,
       CASE n % 10 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE CONCAT(2009 + n % 15, '-0', CASE n % 2 WHEN 0 THEN 2 ELSE 8 END) END,
       structure + structure DIV 9,
       CASE WHEN n % 12 = 0 THEN 'Evening' END, CASE WHEN n % 3 = 0 THEN CONCAT(2016 + n % 9, '-11-30') END,
       ELT(1 + n DIV 7 % 6, 'Active', 'Completed', 'Completed', 'Changed', 'Inactive', 'Deleted'),
       CASE WHEN n % 4 = 0 THEN 'NMDS' END, TIMESTAMP'2013-08-01 00:00:00' + INTERVAL n * 101 MINUTE
FROM (SELECT n, 1 + (n - 1) % (22000 * :scale) AS s, 1 + n * 7919 % (417 * :scale) AS structure
      FROM numbers WHERE n <= 24176 * :scale) numbered;

-- Semesters of students: the table
CREATE TABLE student_semesters (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY, term_code varchar(20) NOT NULL,
    status enum('Active', 'Outstanding', 'Deferred', 'Deleted', 'DNR', 'DroppedOut', 'Withdrawn', 'Enrolled', 'Exempted', 'Inactive', 'Repeat') NOT NULL,
    student_program_id int NOT NULL, caf_date varchar(20), structure_semester_id int NOT NULL, sponsor_id int, registration_request_id int,
    created_at datetime(3) DEFAULT CURRENT_TIMESTAMP(3), KEY student_semesters_student_program_id_index (student_program_id),
    KEY student_semesters_structure_semester_id_index (structure_semester_id),
    CONSTRAINT student_semesters_student_program_id_fk FOREIGN KEY (student_program_id) REFERENCES student_programs (id) ON DELETE CASCADE,
    CONSTRAINT student_semesters_structure_semester_id_fk FOREIGN KEY (structure_semester_id) REFERENCES structure_semesters (id) ON DELETE CASCADE);
-- Semesters of students: 119,915
INSERT INTO student_semesters
SELECT n + n DIV 15,
       CONCAT(2009 + (program + semester DIV 2) % 16, CASE semester % 2 WHEN 0 THEN '-02' ELSE '-08' END),
       ELT(1 + n % 10, 'Active', 'Active', 'Active', 'Enrolled', 'Active', 'Repeat', 'Deferred', 'DNR', 'DroppedOut', 'Inactive'),
       program + program DIV 12,
       CASE WHEN n % 11 <> 0 THEN CONCAT(2010 + n % 14, '-09-0', 1 + n % 9) END,
       part + part DIV 11,
       CASE WHEN n % 6 <> 0 THEN 1 + n % 40 END,
       CASE WHEN n % 20 = 0 THEN n DIV 20 END,
       TIMESTAMP'2013-09-01 00:00:00' + INTERVAL n * 47 MINUTE
FROM (SELECT n, program, semester, 1 + program * 7919 % (417 * :scale) + semester * 417 * :scale AS part
      FROM (SELECT n, 1 + (n - 1) * 24176 DIV 119915 AS program, (n - 1) * 24176 % 119915 DIV 24176 AS semester
            FROM numbers WHERE n <= 119915 * :scale) placed) numbered;

-- Modules of students: the table
CREATE TABLE student_modules (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY, semester_module_id int NOT NULL,
    status enum('Add', 'Compulsory', 'Delete', 'Drop', 'Exempted', 'Ineligible', 'Repeat1', 'Repeat2', 'Resit1', 'Resit2', 'Supplementary') NOT NULL,
    marks varchar(20) NOT NULL COMMENT 'A number as text, '''' or ''NM'' where there is none',
    grade enum('A+', 'A', 'A-', 'B+', 'B', 'B-', 'C+', 'C', 'C-', 'PP', 'F', 'PC', 'PX', 'AP', 'X', 'DEF', 'EXP', 'ANN', 'DNC', 'DNS', 'NM') NOT NULL,
    student_semester_id int NOT NULL, created_at datetime(3) DEFAULT CURRENT_TIMESTAMP(3), credits double NOT NULL,
    KEY student_modules_semester_module_id_index (semester_module_id), KEY student_modules_student_semester_id_index (student_semester_id),
    CONSTRAINT student_modules_semester_module_id_fk FOREIGN KEY (semester_module_id) REFERENCES semester_modules (id) ON DELETE CASCADE,
    CONSTRAINT student_modules_student_semester_id_fk FOREIGN KEY (student_semester_id) REFERENCES student_semesters (id) ON DELETE CASCADE);
-- Modules of students: 673,913
INSERT INTO student_modules
SELECT n + n DIV 20,
       taken + taken DIV 13,
       CASE WHEN n % 8 < 6 THEN 'Compulsory' WHEN n % 16 = 6 THEN 'Add' WHEN n % 16 = 7 THEN 'Repeat1' WHEN n % 32 = 14 THEN 'Drop'
            WHEN n % 32 = 30 THEN 'Delete' ELSE 'Resit1' END,
       CASE WHEN n % 97 = 0 THEN '' WHEN n % 89 = 0 THEN 'NM' WHEN n % 13 = 0 THEN CONCAT(score, '.5') WHEN n % 211 = 0 THEN CONCAT(score, '.07') ELSE score END,
       CASE WHEN n % 97 = 0 OR n % 89 = 0 THEN 'NM' WHEN score >= 90 THEN 'A+' WHEN score >= 85 THEN 'A' WHEN score >= 80 THEN 'A-'
            WHEN score >= 75 THEN 'B+' WHEN score >= 70 THEN 'B' WHEN score >= 65 THEN 'B-' WHEN score >= 60 THEN 'C+' WHEN score >= 55 THEN 'C'
            WHEN score >= 50 THEN 'C-' WHEN score >= 45 THEN 'PP' ELSE 'F' END,
       semester + semester DIV 15,
       CASE WHEN n % 53 <> 0 THEN TIMESTAMP'2013-10-01 00:00:00' + INTERVAL n % 673913 * 541.017 SECOND END,
       6 + n % 4 * 2.5
FROM (SELECT n, semester, 35 + n * 7919 % 61 AS score,
             CASE WHEN place < 4 THEN part + place * 2702 * :scale WHEN place = 4 AND part <= 2227 * :scale THEN part + 10808 * :scale
                  ELSE 1 + n * 31 % (13035 * :scale) END AS taken
      FROM (SELECT n, semester, place,
                   1 + (1 + (semester - 1) * 24176 DIV 119915) * 7919 % (417 * :scale) + (semester - 1) * 24176 % 119915 DIV 24176 * 417 * :scale AS part
            FROM (SELECT n, 1 + (n - 1) * 119915 DIV 673913 AS semester, (n - 1) * 119915 % 673913 DIV 119915 AS place
                  FROM numbers WHERE n <= 673913 * :scale) placed) reached) numbered;

-- Terms: the table
CREATE TABLE terms (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY, code varchar(20) NOT NULL, name varchar(60) NOT NULL, is_active boolean NOT NULL DEFAULT false,
    start_date date, end_date date, UNIQUE KEY terms_code_unique (code));
-- Terms: 24
INSERT INTO terms
SELECT n, CONCAT(2013 + (n - 1) DIV 2, CASE n % 2 WHEN 1 THEN '-02' ELSE '-08' END), CONCAT(CASE n % 2 WHEN 1 THEN 'February ' ELSE 'August ' END, 2013 + (n - 1) DIV 2),
       n = 24, DATE'2013-02-01' + INTERVAL n * 182 DAY, DATE'2013-06-30' + INTERVAL n * 182 DAY
FROM numbers WHERE n <= 24;

-- Assessments: the table
CREATE TABLE assessments (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY, module_id int NOT NULL, term_id int NOT NULL,
    assessment_number enum('CW1', 'CW2', 'CW3', 'CW4', 'CW5', 'CW6') NOT NULL, assessment_type varchar(60) NOT NULL, total_marks double NOT NULL,
    weight float NOT NULL, created_at datetime(3) DEFAULT CURRENT_TIMESTAMP(3),
    UNIQUE KEY assessments_number_unique (module_id, assessment_number, term_id),
    CONSTRAINT assessments_module_id_fk FOREIGN KEY (module_id) REFERENCES modules (id) ON DELETE CASCADE,
    CONSTRAINT assessments_term_id_fk FOREIGN KEY (term_id) REFERENCES terms (id) ON DELETE CASCADE);
-- Assessments: 15,000
INSERT INTO assessments
SELECT n + n DIV 17, module + module DIV 8, 1 + n % 24, CONCAT('CW', 1 + (n - 1) DIV (4059 * :scale)),
       ELT(1 + n % 6, 'exam', 'group-project', 'individual-assignment', 'lab', 'presentation', 'test'),
       ELT(1 + n % 5, 100, 50, 30, 40, 20), ELT(1 + n % 4, 40, 20, 12.5, 33.3), TIMESTAMP'2023-02-01 00:00:00' + INTERVAL n * 29 MINUTE
FROM (SELECT n, 1 + (n - 1) % (4059 * :scale) AS module FROM numbers WHERE n <= 15000 * :scale) numbered;

-- Marks of assessments: the table
CREATE TABLE assessment_marks (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY, assessment_id int NOT NULL, marks double NOT NULL, student_module_id int NOT NULL,
    created_at datetime(3) DEFAULT CURRENT_TIMESTAMP(3), KEY assessment_marks_student_module_id_index (student_module_id),
    KEY assessment_marks_assessment_id_index (assessment_id),
    CONSTRAINT assessment_marks_assessment_id_fk FOREIGN KEY (assessment_id) REFERENCES assessments (id) ON DELETE CASCADE,
    CONSTRAINT assessment_marks_student_module_id_fk FOREIGN KEY (student_module_id) REFERENCES student_modules (id) ON DELETE CASCADE);
-- Marks of assessments: 500,000, two for each of the latest student modules
INSERT INTO assessment_marks
SELECT n + n DIV 19, assessment + assessment DIV 17, n * 7919 % 1001 / 10, student_module + student_module DIV 20,
       CASE WHEN n % 71 <> 0 THEN TIMESTAMP'2023-03-01 00:00:00' + INTERVAL n % 500000 * 123.5 SECOND END
FROM (SELECT n, 423913 * :scale + 1 + (n - 1) DIV 2 AS student_module, modules.number + n % 2 * 4059 * :scale AS assessment
      FROM numbers
      JOIN student_modules ON student_modules.id = 423913 * :scale + 1 + (n - 1) DIV 2 + (423913 * :scale + 1 + (n - 1) DIV 2) DIV 20
      JOIN semester_modules ON semester_modules.id = student_modules.semester_module_id
      JOIN (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS number FROM modules) modules ON modules.id = semester_modules.module_id
      WHERE n <= 500000 * :scale) numbered;

-- Sponsors: the table
CREATE TABLE sponsors (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, code varchar(20) NOT NULL UNIQUE, name varchar(255) NOT NULL, budget decimal(14, 2));
-- Sponsors: 8, fewer than the sponsor_id of semesters refer to
INSERT INTO sponsors
SELECT n, CONCAT('SP', n), ELT(1 + n % 4, 'National Manpower Development Secretariat', 'Self', 'Bokamoso Trust', 'Vodacom Lesotho'), n * 1234567.89
FROM numbers WHERE n <= 8;

-- Requests for registration: the table
CREATE TABLE registration_requests (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY, sponsor_id int, std_no bigint NOT NULL, term_id int NOT NULL,
    status enum('pending', 'approved', 'rejected', 'partial', 'registered') NOT NULL DEFAULT 'pending', message text,
    mail_sent boolean NOT NULL DEFAULT false, count smallint unsigned NOT NULL DEFAULT 1, created_at datetime DEFAULT CURRENT_TIMESTAMP,
    updated_at datetime NULL ON UPDATE CURRENT_TIMESTAMP, CONSTRAINT registration_requests_sponsor_id_fk FOREIGN KEY (sponsor_id) REFERENCES sponsors (id),
    CONSTRAINT registration_requests_std_no_fk FOREIGN KEY (std_no) REFERENCES students (std_no),
    CONSTRAINT registration_requests_term_id_fk FOREIGN KEY (term_id) REFERENCES terms (id));
-- Requests for registration: 6,000
INSERT INTO registration_requests
SELECT n, CASE WHEN n % 5 <> 0 THEN 1 + n % 8 END, 901000000 + s + s DIV 9 + s % 1000 DIV 999 * 8000000000, 1 + n % 24,
       ELT(1 + n % 5, 'pending', 'approved', 'rejected', 'partial', 'registered'),
       CASE n % 4 WHEN 0 THEN 'Ke kopa ho ngolisoa; ''me kea leboha' WHEN 1 THEN CONCAT('two', CHAR(9), 'columns') END, n % 2 = 0, 1 + n % 3,
       TIMESTAMP'2023-01-10 00:00:00' + INTERVAL n * 17 MINUTE, NULL
FROM (SELECT n, 1 + n * 13 % (22000 * :scale) AS s FROM numbers WHERE n <= 6000 * :scale) numbered;

-- Requested modules: the table, with a key of two columns
CREATE TABLE requested_modules (
    registration_request_id int NOT NULL, semester_module_id int NOT NULL,
    module_status enum('Add', 'Compulsory', 'Repeat1', 'Repeat2') NOT NULL DEFAULT 'Compulsory', created_at datetime DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (registration_request_id, semester_module_id),
    CONSTRAINT requested_modules_request_fk FOREIGN KEY (registration_request_id) REFERENCES registration_requests (id) ON DELETE CASCADE,
    CONSTRAINT requested_modules_module_fk FOREIGN KEY (semester_module_id) REFERENCES semester_modules (id));
-- Requested modules: 24,000
INSERT INTO requested_modules
SELECT 1 + (n - 1) DIV 4, module + module DIV 13, 'Compulsory', TIMESTAMP'2023-01-11 00:00:00' + INTERVAL n * 3 MINUTE
FROM (SELECT n, 1 + n * 31 % (13035 * :scale) AS module FROM numbers WHERE n <= 24000 * :scale) numbered;

-- Clearance of registration requests: the table
CREATE TABLE clearance (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY, registration_request_id int NOT NULL, department varchar(40) NOT NULL,
    status enum('pending', 'approved', 'rejected') NOT NULL DEFAULT 'pending', message text, response_date timestamp NULL, waited time NOT NULL DEFAULT '48:00:00',
    year_of_response year GENERATED ALWAYS AS (YEAR(response_date)) STORED,
    CONSTRAINT clearance_request_fk FOREIGN KEY (registration_request_id) REFERENCES registration_requests (id));
-- Clearance of registration requests: 9,000
INSERT INTO clearance (id, registration_request_id, department, status, message, response_date, waited)
SELECT n, 1 + n % (6000 * :scale), ELT(1 + n % 3, 'finance', 'library', 'resource'), 'approved', CASE WHEN n % 9 = 0 THEN 'Owes M 1,250.00' END,
       CASE WHEN n % 4 <> 0 THEN TIMESTAMP'2023-02-01 10:00:00' + INTERVAL n * 5 MINUTE END, SEC_TO_TIME(n * 61 % 900000)
FROM numbers WHERE n <= 9000 * :scale;

-- Receipts: the table, with keys made by nanoid
CREATE TABLE payment_receipts (
    id varchar(21) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, std_no bigint NOT NULL, receipt_no varchar(20) NOT NULL UNIQUE,
    amount decimal(12, 2) NOT NULL, paid_on date NOT NULL, exchange_rate double, reference binary(16),
    CONSTRAINT payment_receipts_std_no_fk FOREIGN KEY (std_no) REFERENCES students (std_no));
-- Receipts: 4,000
INSERT INTO payment_receipts
SELECT SUBSTR(REPLACE(REPLACE(MD5(CONCAT('receipt', n)), 'a', 'V'), 'b', '_'), 1, 21), 901000000 + s + s DIV 9 + s % 1000 DIV 999 * 8000000000,
       CONCAT('SR-', LPAD(n, 6, '0')), n * 37.5 % 9000 + 0.01, DATE'2022-01-01' + INTERVAL n % 1000 DAY,
       CASE n % 50 WHEN 0 THEN NULL WHEN 1 THEN 1.7976931348623157e308 WHEN 2 THEN 0.1e0 + 0.2e0 ELSE n / 7e0 END, UNHEX(MD5(CONCAT('reference', n)))
FROM (SELECT n, 1 + n * 11 % (22000 * :scale) AS s FROM numbers WHERE n <= 4000 * :scale) numbered;

-- Documents of students: the table, with bytes
CREATE TABLE documents (
    id varchar(40) NOT NULL PRIMARY KEY, std_no bigint NOT NULL, file_name varchar(255) CHARACTER SET latin1 NOT NULL, content mediumblob, digest varbinary(32) NOT NULL);
-- Documents of students: 600
INSERT INTO documents
SELECT CONCAT('doc_', MD5(CONCAT('document', n))), 901000000 + n + n DIV 9 + n % 1000 DIV 999 * 8000000000, CONCAT('passport ', n, ' (copié).pdf'),
       CASE WHEN n % 10 <> 0 THEN UNHEX(REPEAT(MD5(n), 20)) END, UNHEX(MD5(CONCAT('digest', n)))
FROM numbers WHERE n <= 600 * :scale;

-- Campuses: the table, with places on the map
CREATE TABLE campuses (id int NOT NULL PRIMARY KEY, name varchar(60) NOT NULL, place point NOT NULL, SPATIAL KEY campuses_place_index (place));
-- Campuses: 3
INSERT INTO campuses VALUES
    (1, 'Maseru', ST_GeomFromText('POINT(27.4833 -29.3167)')), (2, 'Leribe', ST_GeomFromText('POINT(28.05 -28.8667)')),
    (3, 'Gaborone', ST_GeomFromText('POINT(25.9201 -24.6282)'));

-- Audit log: the table
CREATE TABLE audit_logs (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, table_name varchar(64) NOT NULL, record_id varchar(64) NOT NULL, operation varchar(10) NOT NULL,
    old_values json, new_values json, changed_by varchar(255), changed_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT audit_logs_operation_check CHECK (operation IN ('INSERT', 'UPDATE', 'DELETE')));
-- Audit log: 30,000
INSERT INTO audit_logs (id, table_name, record_id, operation, old_values, new_values, changed_at)
SELECT n, 'student_modules', n * 13, 'UPDATE', JSON_OBJECT('marks', n % 100, 'grade', 'C'), JSON_OBJECT('marks', n % 100 + 1, 'grade', 'C+'),
       TIMESTAMP'2024-01-01 06:00:00' + INTERVAL n * 2 MINUTE
FROM numbers WHERE n <= 30000 * :scale;

-- Attempts to log in: the table, without any key, with equal rows
CREATE TABLE login_attempts (email varchar(255), succeeded boolean, at timestamp NULL);
-- Attempts to log in: 2,000
INSERT INTO login_attempts
SELECT CASE WHEN n % 40 <> 0 THEN CONCAT('user.', n % 90, '@example.ac.ls') END, n % 3 <> 0, TIMESTAMP'2024-12-31 22:00:00' + INTERVAL n % 500 MINUTE
FROM numbers WHERE n <= 2000 * :scale;

-- Sessions: the table
CREATE TABLE sessions (
    session_token char(32) NOT NULL PRIMARY KEY, user_id varchar(21) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, expires timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT sessions_user_id_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE);
-- Sessions: 400
INSERT INTO sessions
SELECT MD5(CONCAT('session', number)), id, TIMESTAMP'2026-01-31 22:00:00'
FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS number FROM users) numbered WHERE number <= 400;

-- Settings: the table
CREATE TABLE settings (name varchar(60) NOT NULL PRIMARY KEY, value json, changed_at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3));
-- Settings: 4
INSERT INTO settings VALUES
    ('registration.open', 'true', '2025-01-06 08:00:00.125'), ('registration.limits', '{"credits": 72.5, "semesters": [1, 2, null]}', '2025-01-06 08:00:00'),
    ('grading.scale', '[["A+", 90], ["A", 85]]', '2024-07-01 00:00:00'), ('motto', NULL, '2020-02-29 12:00:00');

-- Timetable: the table
CREATE TABLE timetable_slots (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY, semester_module_id int NOT NULL, weekday tinyint unsigned NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    starts time NOT NULL, lasts time NOT NULL, valid_from date NOT NULL, valid_to date NOT NULL, UNIQUE KEY timetable_slots_once (semester_module_id, weekday, starts),
    CONSTRAINT timetable_slots_module_fk FOREIGN KEY (semester_module_id) REFERENCES semester_modules (id) ON DELETE CASCADE);
-- Timetable: 3,000
INSERT INTO timetable_slots
SELECT n, n + n DIV 13, 1 + n % 6, SEC_TO_TIME(30600 + n % 8 * 3600), '01:30:00', DATE'2025-02-01', DATE'2025-06-01'
FROM numbers WHERE n <= 3000 * :scale;

-- The migration ledger of the application: the table
CREATE TABLE __drizzle_migrations (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, hash text NOT NULL, created_at bigint);
-- The migration ledger of the application: 12
INSERT INTO __drizzle_migrations
SELECT n, CONCAT(MD5(CONCAT('a', n)), MD5(CONCAT('b', n))), 1746000000000 + n * 604800123 FROM numbers WHERE n <= 12;

-- What the build alone needed
DROP TEMPORARY TABLE numbers;

-- A view over the chain from student to school
CREATE VIEW active_students AS
SELECT students.std_no, students.name, programs.code AS program_code, schools.code AS school_code
FROM students
JOIN student_programs ON student_programs.std_no = students.std_no AND student_programs.status = 'Active'
JOIN structures ON structures.id = student_programs.structure_id
JOIN programs ON programs.id = structures.program_id
JOIN schools ON schools.id = programs.school_id;

-- Changed marks are written to the audit log
CREATE TRIGGER student_modules_audit AFTER UPDATE ON student_modules FOR EACH ROW
BEGIN
    IF NOT (OLD.marks <=> NEW.marks) OR OLD.grade <> NEW.grade THEN
        INSERT INTO audit_logs (table_name, record_id, operation, old_values, new_values)
        VALUES ('student_modules', NEW.id, 'UPDATE', JSON_OBJECT('marks', OLD.marks, 'grade', OLD.grade), JSON_OBJECT('marks', NEW.marks, 'grade', NEW.grade));
    END IF;
END;

-- The credits that a student has taken
CREATE FUNCTION credits_of(wanted bigint) RETURNS double READS SQL DATA
    RETURN (SELECT SUM(student_modules.credits)
            FROM student_programs
            JOIN student_semesters ON student_semesters.student_program_id = student_programs.id
            JOIN student_modules ON student_modules.student_semester_id = student_semesters.id
            WHERE student_programs.std_no = wanted);

-- Old attempts to log in are forgotten every night
CREATE EVENT forget_login_attempts ON SCHEDULE EVERY 1 DAY STARTS '2025-01-01 02:00:00'
    DO DELETE FROM login_attempts WHERE at < CURRENT_TIMESTAMP - INTERVAL 1 YEAR;

-- Statistics
ANALYZE TABLE schools, programs, structures, structure_semesters, modules, semester_modules, module_prerequisites, students, student_education, next_of_kins,
    student_programs, student_semesters, student_modules, assessments, assessment_marks;
