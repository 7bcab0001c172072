//! What belongs to a database itself and not to its contents: it is not in a restored one, and is given to it with the name.

use super::catalog::fields;
use super::exchange::{identifier, literal};
use super::session::{Connection, TextRow};
use crate::model::error::Result;

/// Settings whose values are lists of names, which stand in the catalog as they are written: quoted once more, a list would be one name
/// (`GUC_LIST_QUOTE` in the server's `guc_tables.c`).
const LISTS: [&str; 6] = [
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

/// What belongs to a database.
pub(super) struct Belongings {
    owner: String,
    comment: Option<String>,
    limit: String,
    template: bool,
    /// Where it is stored.
    pub tablespace: String,
    /// Settings: the role (empty for all), the name, the value.
    settings: Vec<[String; 3]>,
    /// Privileges: the grantor, the grantee (empty for everybody), the privilege, whether it may be handed on. `None` where nothing was ever
    /// granted or revoked.
    privileges: Option<Vec<[String; 4]>>,
}

impl Belongings {
    /// Reads those of a database.
    ///
    /// # Errors
    /// The server's.
    pub(super) fn read(server: &mut Connection, database: &str) -> Result<Self> {
        let name = literal(database);
        let row = server.row(&format!(
            "SELECT pg_get_userbyid(d.datdba), d.datconnlimit, d.datistemplate, t.spcname, d.datacl IS NOT NULL, \
             shobj_description(d.oid, 'pg_database') FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace WHERE d.datname = {name}"
        ))?;
        let comment = row.get(5).cloned().flatten();
        let [owner, limit, template, tablespace, granted] = fields(&row.into_iter().take(5).collect::<TextRow>())?;
        let settings = server.rows(&format!(
            "SELECT coalesce(pg_get_userbyid(NULLIF(s.setrole, 0)), ''), split_part(setting, '=', 1), substr(setting, strpos(setting, '=') + 1) \
             FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase CROSS JOIN LATERAL unnest(s.setconfig) setting \
             WHERE d.datname = {name} ORDER BY 1, 2"
        ))?;
        let privileges = server.rows(&format!(
            "SELECT pg_get_userbyid(entry.grantor), CASE WHEN entry.grantee = 0 THEN '' ELSE pg_get_userbyid(entry.grantee)::text END, \
             entry.privilege_type, entry.is_grantable FROM pg_database d CROSS JOIN LATERAL aclexplode(d.datacl) entry WHERE d.datname = {name} \
             ORDER BY entry.grantor <> d.datdba, NOT entry.is_grantable, 1, 2, 3"
        ))?;
        Ok(Self {
            owner,
            comment,
            limit,
            template: template == "t",
            tablespace,
            settings: settings.iter().map(fields).collect::<Result<_>>()?,
            privileges: (granted == "t").then(|| privileges.iter().map(fields).collect()).transpose()?,
        })
    }

    /// Statements that give them to another database, whose name is quoted; all of them can be executed in one transaction (*seen*).
    pub(super) fn statements(&self, database: &str) -> String {
        let mut statements = vec![format!("ALTER DATABASE {database} OWNER TO {}", identifier(&self.owner))];
        statements.push(format!("ALTER DATABASE {database} RESET ALL"));
        for [role, name, value] in &self.settings {
            let value = if LISTS.contains(&name.as_str()) && !value.is_empty() { value.clone() } else { literal(value) };
            statements.push(match role.as_str() {
                "" => format!("ALTER DATABASE {database} SET {} TO {value}", setting(name)),
                role => format!("ALTER ROLE {} IN DATABASE {database} SET {} TO {value}", identifier(role), setting(name)),
            });
        }
        if let Some(privileges) = &self.privileges {
            statements.push(format!("REVOKE ALL ON DATABASE {database} FROM PUBLIC, {}", identifier(&self.owner)));
            for [grantor, grantee, privilege, grantable] in privileges {
                let grantee = if grantee.is_empty() { "PUBLIC".to_owned() } else { identifier(grantee) };
                let option = if grantable == "t" { " WITH GRANT OPTION" } else { "" };
                let grant = format!("GRANT {privilege} ON DATABASE {database} TO {grantee}{option}");
                statements.push(if *grantor == self.owner {
                    grant
                } else {
                    format!("SET LOCAL ROLE {}; {grant}; RESET ROLE", identifier(grantor))
                });
            }
        }
        let comment = self.comment.as_deref().map_or_else(|| "NULL".to_owned(), literal);
        statements.push(format!("COMMENT ON DATABASE {database} IS {comment}"));
        statements.push(format!(
            "ALTER DATABASE {database} WITH ALLOW_CONNECTIONS true CONNECTION LIMIT {} IS_TEMPLATE {}",
            self.limit, self.template
        ));
        statements.join("; ")
    }

    /// What people should know of them.
    pub(super) fn notes(&self) -> Vec<String> {
        let plain = self.tablespace == "pg_default";
        let told = format!("the restored database is in the tablespace {}, as the one of now", self.tablespace);
        if plain { Vec::new() } else { vec![told] }
    }
}

/// The name of a setting, which may have a prefix.
fn setting(name: &str) -> String {
    name.split('.').map(identifier).collect::<Vec<_>>().join(".")
}
