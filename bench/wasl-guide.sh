#!/usr/bin/env bash
# The WASL v3 guide done by hand, complete: what `cutover run wasl-v3` is measured against.
#
#   bench/wasl-guide.sh [--without-backup] WORK_DIRECTORY DATABASE [CLIENT OPTION…]
#
# DATABASE is changed. The options, such as --host and --user, are those of mariadb and mariadb-dump; a password is taken from MYSQL_PWD or
# ~/.my.cnf. Nothing but `phase seconds` lines is printed: baseline, backup, migrations, transform, validation, total. Where a query
# does not find what the guide expects of it, stderr says so in a line that begins with `expected`; the guide leaves that to the eye, and goes on.
# The exit code is 2 where something could not be done. Needs mariadb, mariadb-dump, gzip, diff, sed and coreutils.
#
# What people do with the client is done with it, one statement after the other: baseline counts (Pre-Migration 1), the dump, its compression and
# the test of it (Pre-Migration 2), the statements that Laravel sends for the 20 migrations and the four seeders (steps 1 and 2), the transforms
# and their verification queries (steps 3 and 4), and all validation queries, the counts compared and the sizes (Post-Migration 1, 2 and 4).
# Not in it: the start of PHP for each command of artisan, the staging of Pre-Migration 3, the eight functional tests that people click through
# (Post-Migration 3), the optional OPTIMIZE.
#
# In favour of the guide: allocated numbers are made by window functions, where a command of PHP would go from candidate to candidate.
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C

backup=yes
if [[ ${1:-} == --without-backup ]]; then
    backup=no
    shift
fi
if [[ $# -lt 2 ]]; then
    echo "usage: $0 [--without-backup] WORK_DIRECTORY DATABASE [CLIENT OPTION…]" >&2
    exit 2
fi
guide=$(cd "$(dirname "$0")" && pwd)/wasl-guide
mkdir -p "$1"
cd "$1"
database=$2
options=("${@:3}")

# Runs a script of the guide; the first error ends it.
by_hand() {
    mariadb "${options[@]}" --batch --skip-column-names "$database" <"$guide/$1" || exit 2
}

# Prints a phase and its seconds; begin and end are in microseconds.
phase() {
    local micros=$(($3 - $2))
    printf '%s %d.%03d\n' "$1" $((micros / 1000000)) $((micros % 1000000 / 1000))
}

now() {
    echo "${EPOCHREALTIME/[.,]/}"
}

# The number behind a name in a file of results; nothing where the name is not there.
told() {
    sed --quiet "s/^$2\t\([0-9]*\).*/\1/p" "$1" | head --lines 1
}

expect() {
    local found
    found=$(told "$1" "$2")
    [[ ${found:-0} -eq 0 ]] || echo "expected 0 and found $found: $2" >&2
}

started=$(now)
by_hand counts.sql >baseline
counted=$(now)
phase baseline "$started" "$counted"

if [[ $backup == yes ]]; then
    rm -f backup.sql backup.sql.gz
    mariadb-dump "${options[@]}" --single-transaction --routines --triggers --events "$database" >backup.sql || exit 2
    gzip backup.sql || exit 2
    gunzip -t backup.sql.gz || exit 2
    saved=$(now)
    phase backup "$counted" "$saved"
else
    saved=$counted
fi

by_hand migrations.sql
by_hand seeders.sql
migrated=$(now)
phase migrations "$saved" "$migrated"

by_hand transform.sql >verification
transformed=$(now)
phase transform "$migrated" "$transformed"

by_hand validation.sql >validation
by_hand counts.sql >counts
expect verification '3.1 candidates without a program'
expect verification '3.4 candidates without a number'
expect verification '3.6 complaints without an issue'
expect validation '4 orphaned screenings'
expect validation '4 orphaned trainings'
if grep --quiet '^3\.4 duplicate' verification; then
    echo "expected no duplicate numbers" >&2
fi
if grep --quiet "^2 screenings"$'\t'NULL validation; then
    echo "expected screened, pending and deferred: some screenings have none of them" >&2
fi
if ! diff baseline counts >differences; then
    echo "expected the counts of before: $(sed --quiet 's/^> \(.*\)\t\(.*\)/\1 \2/p' differences | paste --serial --delimiters ',')" >&2
fi
validated=$(now)
phase validation "$transformed" "$validated"
phase total "$started" "$validated"
