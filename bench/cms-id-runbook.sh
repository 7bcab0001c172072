#!/usr/bin/env bash
# The cms_id runbook done by hand, complete: what `cutover run cms-id` is measured against.
#
#   bench/cms-id-runbook.sh [--without-backup] WORK_DIRECTORY
#
# The database is named by PGHOST, PGPORT, PGUSER, PGDATABASE and so on, and is changed. Nothing but `phase seconds` lines is
# printed: snapshot, backup, migration, validation, total. The exit code is 1 where a test of the runbook fails or a file
# differs, and 2 where the runbook could not be done. Needs psql, pg_dump, diff and coreutils.
#
# Corrected, because the runbook does not work or does not look as it is written:
#   - \copy stands on one line: over several, psql reports a parse error, writes nothing, and exits 0
#   - the chains have no LIMIT: 100,000 rows were 15 % of student_modules and 20 % of assessment_marks
#   - category 8 is taken before the migration too, since it is compared with "pre-migration values"
#   - test 8.1 sums what is a number, since marks is text with '' and 'NM' in it, and SUM(marks) fails
#   - there is a backup to be verified: pg_dump -Fc
#   - tests have an exit code: the runbook leaves their results to be looked at
# As in the runbook: one statement after the other, on one connection at a time, each in its own snapshot; the migration in one
# transaction, as drizzle runs it; no VACUUM and no ANALYZE afterwards.
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C

backup=yes
if [[ ${1:-} == --without-backup ]]; then
    backup=no
    shift
fi
if [[ $# -ne 1 ]]; then
    echo "usage: $0 [--without-backup] WORK_DIRECTORY" >&2
    exit 2
fi
mkdir -p "$1"
cd "$1"

tables=(schools programs structures structure_semesters modules semester_modules module_prerequisites student_education next_of_kins
    student_programs student_semesters student_modules)

# Runs the script on its input; the first error ends it.
by_hand() {
    psql --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 "$@" || exit 2
}

# Prints a phase and its seconds; begin and end are in microseconds.
phase() {
    local micros=$(($3 - $2))
    printf '%s %d.%03d\n' "$1" $((micros / 1000000)) $((micros % 1000000 / 1000))
}

now() {
    echo "${EPOCHREALTIME/[.,]/}"
}

fail() {
    echo "$1" >&2
    exit 1
}

# One SELECT for each table, put together; `@` stands for the table.
for_each_table() {
    local table first=yes
    for table in "${tables[@]}"; do
        [[ $first == yes ]] || printf ' UNION ALL '
        first=no
        printf '%s' "${1//@/$table}"
    done
}

# Everything that is compared: Part B, and category 8. On one line each, as \copy needs it.
export_into() {
    local directory=$1 table
    mkdir -p "$directory"
    {
        echo "\\copy ($(for_each_table "SELECT '@' AS tbl, COUNT(*) AS cnt FROM @") ORDER BY tbl) TO '$directory/row_counts.csv' WITH CSV HEADER"
        echo "\\copy (SELECT s.std_no, sp.id AS student_program_id, sp.structure_id, st.id AS structure_id_check, st.program_id, p.id AS program_id_check, p.school_id, sch.id AS school_id_check, sch.code AS school_code FROM students s JOIN student_programs sp ON s.std_no = sp.std_no JOIN structures st ON sp.structure_id = st.id JOIN programs p ON st.program_id = p.id JOIN schools sch ON p.school_id = sch.id ORDER BY s.std_no, sp.id) TO '$directory/student_school_chain.csv' WITH CSV HEADER"
        echo "\\copy (SELECT s.std_no, sp.id AS student_program_id, ss.id AS student_semester_id, ss.structure_semester_id, strsem.id AS structure_semester_id_check, sm.id AS student_module_id, sm.semester_module_id, semmod.id AS semester_module_id_check, semmod.module_id, m.id AS module_id_check, m.code AS module_code FROM students s JOIN student_programs sp ON s.std_no = sp.std_no JOIN student_semesters ss ON sp.id = ss.student_program_id JOIN structure_semesters strsem ON ss.structure_semester_id = strsem.id JOIN student_modules sm ON ss.id = sm.student_semester_id JOIN semester_modules semmod ON sm.semester_module_id = semmod.id JOIN modules m ON semmod.module_id = m.id ORDER BY s.std_no, sp.id, ss.id, sm.id) TO '$directory/student_modules_chain.csv' WITH CSV HEADER"
        echo "\\copy (SELECT am.id AS assessment_mark_id, am.student_module_id, sm.id AS student_module_id_check, sm.semester_module_id, semmod.module_id, a.id AS assessment_id, a.module_id AS assessment_module_id FROM assessment_marks am JOIN student_modules sm ON am.student_module_id = sm.id JOIN semester_modules semmod ON sm.semester_module_id = semmod.id JOIN assessments a ON am.assessment_id = a.id ORDER BY am.id) TO '$directory/assessment_marks_chain.csv' WITH CSV HEADER"
        echo "\\copy (SELECT mp.id AS prereq_id, mp.semester_module_id, sm1.id AS semester_module_id_check, sm1.module_id AS main_module_id, m1.code AS main_module_code, mp.prerequisite_id, sm2.id AS prerequisite_id_check, sm2.module_id AS prereq_module_id, m2.code AS prereq_module_code FROM module_prerequisites mp JOIN semester_modules sm1 ON mp.semester_module_id = sm1.id JOIN modules m1 ON sm1.module_id = m1.id JOIN semester_modules sm2 ON mp.prerequisite_id = sm2.id JOIN modules m2 ON sm2.module_id = m2.id ORDER BY mp.id) TO '$directory/module_prerequisites_chain.csv' WITH CSV HEADER"
        for table in "${tables[@]}"; do
            echo "\\copy (SELECT id FROM $table ORDER BY id) TO '$directory/${table}_ids.csv' WITH CSV HEADER"
        done
        echo "\\copy (SELECT SUM(number) AS total_marks, AVG(number) AS avg_marks, COUNT(*) - COUNT(number) AS not_numbers, COUNT(DISTINCT grade) AS distinct_grades FROM (SELECT grade, CASE WHEN marks ~ '^[0-9]+([.][0-9]+)?\$' THEN CAST(marks AS numeric) END AS number FROM student_modules) judged) TO '$directory/student_modules_marks.csv' WITH CSV HEADER"
        echo "\\copy (SELECT sch.code AS school_code, COUNT(DISTINCT s.std_no) AS student_count FROM students s JOIN student_programs sp ON s.std_no = sp.std_no JOIN structures st ON sp.structure_id = st.id JOIN programs p ON st.program_id = p.id JOIN schools sch ON p.school_id = sch.id GROUP BY sch.code ORDER BY sch.code) TO '$directory/students_per_school.csv' WITH CSV HEADER"
    } | by_hand
}

# Category 4: one line for each orphan test, its name and how many orphans.
orphan_tests() {
    by_hand <<'SQL'
SELECT '4.1', COUNT(*) FROM programs p LEFT JOIN schools s ON p.school_id = s.id WHERE s.id IS NULL AND p.school_id IS NOT NULL;
SELECT '4.2', COUNT(*) FROM structures st LEFT JOIN programs p ON st.program_id = p.id WHERE p.id IS NULL AND st.program_id IS NOT NULL;
SELECT '4.3', COUNT(*) FROM structure_semesters ss LEFT JOIN structures st ON ss.structure_id = st.id WHERE st.id IS NULL AND ss.structure_id IS NOT NULL;
SELECT '4.4', COUNT(*) FROM student_programs sp LEFT JOIN structures st ON sp.structure_id = st.id WHERE st.id IS NULL AND sp.structure_id IS NOT NULL;
SELECT '4.5', COUNT(*) FROM student_semesters ss LEFT JOIN student_programs sp ON ss.student_program_id = sp.id WHERE sp.id IS NULL AND ss.student_program_id IS NOT NULL;
SELECT '4.6', COUNT(*) FROM student_semesters ss LEFT JOIN structure_semesters strsem ON ss.structure_semester_id = strsem.id WHERE strsem.id IS NULL AND ss.structure_semester_id IS NOT NULL;
SELECT '4.7', COUNT(*) FROM semester_modules sm LEFT JOIN modules m ON sm.module_id = m.id WHERE m.id IS NULL AND sm.module_id IS NOT NULL;
SELECT '4.8', COUNT(*) FROM semester_modules sm LEFT JOIN structure_semesters ss ON sm.semester_id = ss.id WHERE ss.id IS NULL AND sm.semester_id IS NOT NULL;
SELECT '4.9', COUNT(*) FROM student_modules sm LEFT JOIN semester_modules semmod ON sm.semester_module_id = semmod.id WHERE semmod.id IS NULL AND sm.semester_module_id IS NOT NULL;
SELECT '4.10', COUNT(*) FROM student_modules sm LEFT JOIN student_semesters ss ON sm.student_semester_id = ss.id WHERE ss.id IS NULL AND sm.student_semester_id IS NOT NULL;
SELECT '4.11', COUNT(*) FROM module_prerequisites mp LEFT JOIN semester_modules sm ON mp.semester_module_id = sm.id WHERE sm.id IS NULL AND mp.semester_module_id IS NOT NULL;
SELECT '4.12', COUNT(*) FROM module_prerequisites mp LEFT JOIN semester_modules sm ON mp.prerequisite_id = sm.id WHERE sm.id IS NULL AND mp.prerequisite_id IS NOT NULL;
SELECT '4.13', COUNT(*) FROM assessment_marks am LEFT JOIN student_modules sm ON am.student_module_id = sm.id WHERE sm.id IS NULL AND am.student_module_id IS NOT NULL;
SQL
}

# Part A, phase 3, in one transaction.
migrate() {
    local table
    for table in "${tables[@]}"; do
        echo "ALTER TABLE \"$table\" ADD COLUMN \"cms_id\" integer;"
        echo "UPDATE \"$table\" SET \"cms_id\" = \"id\";"
        echo "ALTER TABLE \"$table\" ADD CONSTRAINT \"${table}_cms_id_unique\" UNIQUE(\"cms_id\");"
    done | by_hand --single-transaction
}

# Part D.
validate() {
    local names table column type nullable total matching nulls mismatch test found count
    names=$(printf "'%s'," "${tables[@]}")
    count=0
    while IFS='|' read -r table column type nullable; do
        [[ $type == integer && $nullable == YES ]] || fail "1.1: $table.$column is $type, nullable: $nullable"
        count=$((count + 1))
    done < <(by_hand <<<"SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE column_name = 'cms_id' AND table_name IN (${names%,}) ORDER BY table_name;")
    [[ $count -eq 12 ]] || fail "1.1: $count columns, not 12"
    count=$(by_hand <<<"SELECT tc.table_name, tc.constraint_name FROM information_schema.table_constraints tc WHERE tc.constraint_type = 'UNIQUE' AND tc.constraint_name LIKE '%cms_id%' ORDER BY tc.table_name;" | wc -l)
    [[ $count -eq 12 ]] || fail "1.2: $count unique constraints, not 12"
    count=0
    while IFS='|' read -r table total matching nulls mismatch; do
        # An empty table sums to NULL.
        [[ $total == "${matching:-0}" && ${nulls:-0} == 0 && ${mismatch:-0} == 0 ]] || fail "3.1: $table: total $total, matching $matching, null $nulls, mismatch $mismatch"
        count=$((count + 1))
    done < <(by_hand <<<"$(for_each_table "SELECT '@' AS tbl, COUNT(*) AS total, SUM(CASE WHEN cms_id = id THEN 1 ELSE 0 END) AS matching, SUM(CASE WHEN cms_id IS NULL THEN 1 ELSE 0 END) AS null_count, SUM(CASE WHEN cms_id != id THEN 1 ELSE 0 END) AS mismatch FROM @") ORDER BY tbl;")
    [[ $count -eq 12 ]] || fail "3.1: $count tables, not 12"
    count=0
    while IFS='|' read -r test found; do
        [[ $found == 0 ]] || fail "$test: $found orphans"
        count=$((count + 1))
    done < <(orphan_tests)
    [[ $count -eq 13 ]] || fail "category 4: $count tests, not 13"
    export_into post_migration_cms_id
    diff --recursive --brief pre_migration_cms_id post_migration_cms_id >&2 || fail "2.1, category 5, 6 or 8: the files above differ"
    count=$(by_hand <<<"$(for_each_table "SELECT '@' AS tbl, cms_id, COUNT(*) AS cnt FROM @ WHERE cms_id IS NOT NULL GROUP BY cms_id HAVING COUNT(*) > 1");" | wc -l)
    [[ $count -eq 0 ]] || fail "7.1: $count duplicates"
}

started=$(now)
export_into pre_migration_cms_id
taken=$(now)
phase snapshot "$started" "$taken"
if [[ $backup == yes ]]; then
    pg_dump --format=custom --file=registry.dump || exit 2
    saved=$(now)
    phase backup "$taken" "$saved"
else
    saved=$taken
fi
migrate
migrated=$(now)
phase migration "$saved" "$migrated"
validate
validated=$(now)
phase validation "$migrated" "$validated"
phase total "$started" "$validated"
