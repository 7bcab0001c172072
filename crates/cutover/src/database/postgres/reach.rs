//! How a program of the user's own reaches the database: libpq's variables, and those of frameworks.

use crate::database::Access;
use crate::database::access::{Reach, Secret, of_frameworks};

/// What a program is told.
pub(super) fn of(access: &Access) -> Reach {
    let setting = |name| access.setting(name).map(str::to_owned);
    let mut reach = Reach {
        host: setting("PGHOST"),
        port: setting("PGPORT"),
        user: setting("PGUSER"),
        database: access.database.clone(),
        file: None,
        password: access.password.clone(),
        variables: access.settings.iter().map(|(name, value)| (*name, Secret::new(value.clone()))).collect(),
    };
    reach.variables.push(("PGDATABASE", Secret::new(access.database.clone())));
    reach.variables.extend(access.password.clone().map(|password| ("PGPASSWORD", password)));
    let frameworks = of_frameworks("pgsql", &reach);
    reach.variables.extend(frameworks);
    reach
}
