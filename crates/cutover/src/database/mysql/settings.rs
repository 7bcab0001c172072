//! What every session sets, so that the same value is always the same text, and nothing is cut short by a time limit.

use super::session::Server;

/// Strict: what does not fit is an error. Zero dates stay allowed, because a table that holds some could not be rebuilt otherwise.
/// Neither `ANSI_QUOTES` nor `NO_BACKSLASH_ESCAPES` nor `PAD_CHAR_TO_FULL_LENGTH`: scripts and cells would mean something else.
const SQL_MODE: &str = "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION";

/// A year, which is the longest that servers accept on every system but one; there it is cut to 24 days.
const NO_TIMEOUT: &str = "31536000";

/// Of the warnings of a statement only so many are kept, 64 unless this is set: a value that was stored as another one is not to be pushed out
/// by rows that were left out. For the same reason notes are not kept at all, of which a rounded DECIMAL leaves one for every row.
const WARNINGS: [(&str, &str); 2] = [("max_error_count", "65535"), ("sql_notes", "0")];

const COMMON: [(&str, &str); 19] = [
    ("time_zone", "'+00:00'"),
    ("autocommit", "1"),
    ("foreign_key_checks", "1"),
    ("unique_checks", "1"),
    ("sql_safe_updates", "0"),
    ("sql_select_limit", "18446744073709551615"),
    ("sql_auto_is_null", "0"),
    ("sql_big_selects", "1"),
    ("sql_quote_show_create", "1"),
    ("sql_warnings", "0"),
    ("completion_type", "'NO_CHAIN'"),
    ("group_concat_max_len", "1073741824"),
    ("div_precision_increment", "4"),
    ("lc_time_names", "'en_US'"),
    ("default_week_format", "0"),
    ("wait_timeout", NO_TIMEOUT),
    ("interactive_timeout", NO_TIMEOUT),
    ("net_read_timeout", NO_TIMEOUT),
    ("net_write_timeout", NO_TIMEOUT),
];

/// A session that asks for another instant of system-versioned tables would scan other rows.
const MARIADB: [(&str, &str); 6] = [
    ("max_statement_time", "0"),
    ("check_constraint_checks", "1"),
    ("system_versioning_asof", "DEFAULT"),
    ("idle_transaction_timeout", "0"),
    ("idle_readonly_transaction_timeout", "0"),
    ("idle_write_transaction_timeout", "0"),
];

/// Without the second, auto-increment positions may be a day old.
const MYSQL: [(&str, &str); 2] = [("max_execution_time", "0"), ("information_schema_stats_expiry", "0")];

/// The statements that set all of it.
pub(super) fn pinned(server: &Server) -> String {
    let own: &[_] = if server.mariadb { &MARIADB } else { &MYSQL };
    let settings: Vec<_> = COMMON.iter().chain(&WARNINGS).chain(own).map(|(name, value)| format!("SESSION {name} = {value}")).collect();
    format!(
        "SET NAMES utf8mb4; SET SESSION sql_mode = '{SQL_MODE}', {}; SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        settings.join(", ")
    )
}
