#!/usr/bin/env bash
# `cutover run cms-id` against the runbook by hand, on copies of one PostgreSQL database, taking turns.
#
#   bench/cms-id.sh [--turns N] TEMPLATE_DATABASE
#
# The server is named by PGHOST, PGPORT and PGUSER, and the account may create databases. CUTOVER names the program
# (target/release/cutover). TEMPLATE_DATABASE is only copied; nobody may be connected to it. After a turn that does not count, N
# turns (3) of each side:
#
#   cutover      cutover run cms-id
#   executed     cutover run cms-id --execute-all
#   backup       cutover run cms-id --backup fence
#   by_hand      bench/cms-id-runbook.sh
#   no_backup    bench/cms-id-runbook.sh --without-backup
#
# Prints one line for each side and turn: side, turn, seconds, bytes of the database before and after, and the longest time in
# milliseconds that a reader of student_modules waited meanwhile; then the medians. Needs psql, pg_dump, diff, sed and coreutils.
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C

turns=3
if [[ ${1:-} == --turns ]]; then
    turns=$2
    shift 2
fi
if [[ $# -ne 1 || ! $turns =~ ^[1-9][0-9]*$ ]]; then
    echo "usage: $0 [--turns N] TEMPLATE_DATABASE" >&2
    exit 2
fi
template=$1
here=$(cd "$(dirname "$0")" && pwd)
cutover=$(realpath "${CUTOVER:-$here/../target/release/cutover}")
work=$(mktemp --directory)
copy="cutover_bench_$$"
reader=

query() {
    psql --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 "$@"
}

clean() {
    [[ -z $reader ]] || kill "$reader" 2>/dev/null || true
    query --dbname postgres --command "DROP DATABASE IF EXISTS $copy WITH (FORCE)" 2>/dev/null || true
    rm -rf "$work"
}
trap clean EXIT

side() {
    local url="postgres://${PGUSER:-postgres}@${PGHOST:-127.0.0.1}:${PGPORT:-5432}/$copy"
    case $1 in
        cutover) "$cutover" --quiet --home "$work/home" run cms-id --database "$url" ;;
        backup) "$cutover" --quiet --home "$work/home" run cms-id --backup fence --database "$url" ;;
        executed) "$cutover" --quiet --home "$work/home" run cms-id --execute-all --database "$url" ;;
        by_hand) PGDATABASE=$copy "$here/cms-id-runbook.sh" "$work/by_hand" ;;
        no_backup) PGDATABASE=$copy "$here/cms-id-runbook.sh" --without-backup "$work/by_hand" ;;
    esac
}

# Runs one side on a fresh copy, and prints its line.
turn() {
    local before after started ended wait
    rm -rf "$work/home" "$work/by_hand"
    query --dbname postgres --command "SET client_min_messages = warning" --command "DROP DATABASE IF EXISTS $copy WITH (FORCE)"
    query --dbname postgres --command "CREATE DATABASE $copy TEMPLATE \"$template\"" --command CHECKPOINT
    before=$(query --dbname "$copy" --command "SELECT pg_database_size(current_database())")
    psql --no-psqlrc --quiet --dbname "$copy" <<<$'\\timing on\nSELECT 1 FROM student_modules LIMIT 1 \\watch 0.05' >"$work/reader" 2>&1 &
    reader=$!
    started=${EPOCHREALTIME/[.,]/}
    side "$1" >"$work/output" 2>&1 || { cat "$work/output" >&2; exit 1; }
    ended=${EPOCHREALTIME/[.,]/}
    kill "$reader" 2>/dev/null || true
    wait "$reader" 2>/dev/null || true
    reader=
    after=$(query --dbname "$copy" --command "SELECT pg_database_size(current_database())")
    wait=$(sed --quiet 's/^Time: \([0-9.]*\) ms.*/\1/p' "$work/reader" | sort --general-numeric-sort | tail --lines 1)
    printf '%s %s %d.%03d %s %s %s\n' "$1" "$2" $(((ended - started) / 1000000)) $(((ended - started) % 1000000 / 1000)) "$before" "$after" "${wait:-0}"
}

sides=(cutover no_backup executed backup by_hand)
for ((number = 0; number <= turns; number++)); do
    for name in "${sides[@]}"; do
        line=$(turn "$name" "$number")
        echo "$line"
        [[ $number -eq 0 ]] || echo "$line" >>"$work/lines.$name"
    done
done
for name in "${sides[@]}"; do
    middle=$(((turns + 1) / 2))
    printf '%s median %s %s\n' "$name" \
        "$(cut --delimiter ' ' --fields 3 "$work/lines.$name" | sort --general-numeric-sort | sed --quiet "${middle}p")" \
        "$(cut --delimiter ' ' --fields 4-6 "$work/lines.$name" | sort --general-numeric-sort --key 3 | sed --quiet "${middle}p")"
done
