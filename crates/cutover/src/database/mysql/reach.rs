//! How a program of the user's own reaches the database: the variables of the server's programs and images, and those of frameworks.

use crate::database::Access;
use crate::database::access::{Reach, Secret, of_frameworks};

/// What a program is told.
pub(super) fn of(access: &Access) -> Reach {
    let setting = |name| access.setting(name).map(str::to_owned);
    let mut reach = Reach {
        host: setting("host"),
        port: setting("port"),
        user: setting("user"),
        database: access.database.clone(),
        file: None,
        password: access.password.clone(),
        variables: Vec::new(),
    };
    let mut set = |name, value: &Option<String>| reach.variables.extend(value.clone().map(|value| (name, Secret::new(value))));
    set("MYSQL_HOST", &reach.host);
    set("MYSQL_TCP_PORT", &reach.port);
    set("MYSQL_PORT", &reach.port);
    set("MYSQL_USER", &reach.user);
    set("MYSQL_DATABASE", &Some(access.database.clone()));
    set("MYSQL_UNIX_PORT", &setting("socket"));
    set("DB_SOCKET", &setting("socket"));
    for name in ["MYSQL_PWD", "MYSQL_PASSWORD"] {
        reach.variables.extend(access.password.clone().map(|password| (name, password)));
    }
    let frameworks = of_frameworks("mysql", &reach);
    reach.variables.extend(frameworks);
    reach
}
