//! The tools that are known: by which table and columns each is recognised, and how its rows are read.

use serde::Serialize;

/// A migration tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names are the tools' own")]
pub enum Tool {
    Drizzle,
    Laravel,
    Alembic,
    Django,
    Sqlx,
    GolangMigrate,
    Rails,
    Dbmate,
    Flyway,
    Refinery,
    Knex,
}

impl Tool {
    /// Every tool. Those that share a table's name stand in the order in which they are told apart.
    pub const ALL: [Self; 11] = [
        Self::Drizzle,
        Self::Laravel,
        Self::Alembic,
        Self::Django,
        Self::Sqlx,
        Self::GolangMigrate,
        Self::Rails,
        Self::Dbmate,
        Self::Flyway,
        Self::Refinery,
        Self::Knex,
    ];

    /// The names that its table may have.
    pub(super) fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Drizzle => &["__drizzle_migrations"],
            Self::Laravel => &["migrations"],
            Self::Alembic => &["alembic_version"],
            Self::Django => &["django_migrations"],
            Self::Sqlx => &["_sqlx_migrations"],
            Self::GolangMigrate | Self::Rails | Self::Dbmate => &["schema_migrations"],
            Self::Flyway => &["flyway_schema_history"],
            Self::Refinery => &["refinery_schema_history"],
            Self::Knex => &["knex_migrations"],
        }
    }

    /// The columns that are read, all of which must be there: what identifies a migration comes first.
    #[must_use]
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Drizzle => &["hash", "created_at"],
            Self::Laravel => &["migration", "batch", "id"],
            Self::Alembic => &["version_num"],
            Self::Django => &["app", "name", "id"],
            Self::Sqlx => &["version", "description", "success", "checksum"],
            Self::GolangMigrate => &["version", "dirty"],
            Self::Rails | Self::Dbmate => &["version"],
            Self::Flyway => &["installed_rank", "version", "description", "script", "success"],
            Self::Refinery => &["version", "name", "checksum"],
            Self::Knex => &["name", "batch", "id"],
        }
    }

    /// Tells those apart whose tables have the same name and whose columns would do for more than one.
    pub(super) fn fits(self, has: &dyn Fn(&str) -> bool, beside: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Self::Rails => beside("ar_internal_metadata"),
            Self::Dbmate => !has("dirty"),
            _ => true,
        }
    }

    /// Other tables that the tool writes while it migrates.
    pub(super) fn beside(self) -> &'static [&'static str] {
        match self {
            Self::Knex => &["knex_migrations_lock"],
            Self::Rails => &["ar_internal_metadata"],
            // Filled by the signals that follow every `migrate`.
            Self::Django => &["django_content_type", "auth_permission"],
            _ => &[],
        }
    }

    /// The folders in which its files are looked for, where nobody says.
    #[must_use]
    pub fn folders(self) -> &'static [&'static str] {
        match self {
            Self::Drizzle => &["drizzle", "migrations", "src/db/migrations", "drizzle/migrations"],
            Self::Laravel => &["database/migrations", "migrations"],
            Self::Alembic => &["alembic/versions", "migrations/versions", "versions"],
            Self::Django => &["."],
            Self::Sqlx | Self::Refinery | Self::Knex => &["migrations", "db/migrations"],
            Self::GolangMigrate => &["migrations", "db/migrations", "db/migration"],
            Self::Rails => &["db/migrate"],
            Self::Dbmate => &["db/migrations", "migrations"],
            Self::Flyway => &["src/main/resources/db/migration", "sql", "migrations", "db/migration"],
        }
    }

    /// Whether its table holds only where it stands, and not every migration that it has applied.
    pub(super) fn keeps_position(self) -> bool {
        matches!(self, Self::Alembic | Self::GolangMigrate)
    }

    /// What identifies a migration: two rows of the same are the same migration.
    pub(super) fn identity(self, row: &[Option<String>]) -> String {
        let columns = match self {
            Self::Django | Self::Drizzle => 2,
            _ => 1,
        };
        row.iter().take(columns).map(|value| value.clone().unwrap_or_default()).collect::<Vec<_>>().join(" ")
    }

    /// Where a row stands among the others: by its number where it has one, else by its name.
    pub(super) fn order(self, row: &[Option<String>]) -> (i128, String) {
        let column = match self {
            Self::Drizzle => 1,
            Self::Laravel | Self::Django | Self::Knex => 2,
            _ => 0,
        };
        let value = row.get(column).cloned().flatten().unwrap_or_default();
        (value.parse().unwrap_or_default(), value)
    }
}

impl std::fmt::Display for Tool {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Drizzle => "drizzle",
            Self::Laravel => "Laravel",
            Self::Alembic => "alembic",
            Self::Django => "Django",
            Self::Sqlx => "sqlx",
            Self::GolangMigrate => "golang-migrate",
            Self::Rails => "Rails",
            Self::Dbmate => "dbmate",
            Self::Flyway => "flyway",
            Self::Refinery => "refinery",
            Self::Knex => "knex",
        })
    }
}
