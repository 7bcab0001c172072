//! The 14 new tables and the 6 changed ones, as the guide and the presumed schema name them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use cutover::model::table::{Catalog, Table};

use crate::support::Scratch;
use crate::wasl::Wasl;

/// The catalogs before and after, by the database's word: one migration serves all tests of a database.
fn catalogs(dialect: &'static str) -> &'static (Catalog, Catalog) {
    static MYSQL: OnceLock<(Catalog, Catalog)> = OnceLock::new();
    static SQLITE: OnceLock<(Catalog, Catalog)> = OnceLock::new();
    let place = if dialect == "mysql" { &MYSQL } else { &SQLITE };
    place.get_or_init(|| {
        let wasl = Wasl::new(if dialect == "mysql" { Scratch::mysql("tables") } else { Scratch::sqlite("tables") });
        let catalog = || wasl.site.database.read().unwrap().catalog().unwrap();
        wasl.candidate(1, "", "");
        let before = catalog();
        wasl.migrate();
        (before, catalog())
    })
}

/// Columns that came, in their order: `name type`, with a `!` where they may not be NULL. SQLite has no types to compare.
fn columns(dialect: &str, before: Option<&Table>, after: &Table) -> Vec<String> {
    let came = after.columns.iter().filter(|column| before.is_none_or(|before| before.column(&column.name).is_none()));
    let shown = |name: &str, data_type: &str, nullable: bool| {
        let data_type = if dialect == "mysql" { format!(" {data_type}") } else { String::new() };
        format!("{name}{data_type}{}", if nullable { "" } else { "!" })
    };
    came.map(|column| shown(&column.name, &column.data_type, column.nullable)).collect()
}

/// What is expected, in the same form.
fn expected(dialect: &str, text: &str) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    // Not every comma is between two columns: some stand in a type's parentheses.
    for part in text.split(", ") {
        columns.push(part.to_owned());
    }
    if dialect == "sqlite" {
        for column in &mut columns {
            let required = column.ends_with('!');
            let name = column.split(' ').next().unwrap_or_default();
            *column = format!("{name}{}", if required { "!" } else { "" });
        }
    }
    columns
}

fn unique(table: &Table) -> Vec<String> {
    let mut keys: Vec<_> = table.keys.iter().filter(|key| !key.primary).map(|key| key.columns.join("+")).collect();
    keys.sort();
    keys
}

fn foreign_keys(table: &Table) -> BTreeMap<String, String> {
    let keys = table.shape.foreign_keys.iter();
    keys.map(|key| (key.columns.join("+"), format!("{} {}", key.parent.name, key.on_delete.replace("NO ACTION", "RESTRICT")))).collect()
}

fn check(dialect: &'static str, table: &str, wanted: &str, keys: &str, references: &str) {
    let (before, after) = catalogs(dialect);
    let (before, after) = (before.find(table), after.find(table).unwrap());
    assert_eq!(columns(dialect, before, after), expected(dialect, wanted), "{table}");
    let known = before.map(unique).unwrap_or_default();
    let came: Vec<_> = unique(after).into_iter().filter(|key| !known.contains(key)).collect();
    let mut keys: Vec<_> = keys.split("; ").filter(|key| !key.is_empty()).map(str::to_owned).collect();
    keys.sort();
    assert_eq!(came, keys, "unique keys of {table}");
    let known = before.map(foreign_keys).unwrap_or_default();
    let came: BTreeMap<_, _> = foreign_keys(after).into_iter().filter(|(column, _)| !known.contains_key(column)).collect();
    let wanted = references.split("; ").filter_map(|key| key.split_once(" > "));
    let wanted: BTreeMap<_, _> = wanted.map(|(column, parent)| (column.to_owned(), parent.to_owned())).collect();
    assert_eq!(came, wanted, "foreign keys of {table}");
}

macro_rules! table {
    ($(#[$row:meta])* $name:ident, $columns:expr, $keys:expr, $references:expr) => {
        $(#[$row])*
        mod $name {
            #[test]
            fn mysql() {
                super::check("mysql", stringify!($name), $columns, $keys, $references);
            }
            #[test]
            fn sqlite() {
                super::check("sqlite", stringify!($name), $columns, $keys, $references);
            }
        }
    };
}

table! {
    /// New table: countries
    countries,
    "id bigint unsigned!, name varchar(100)!, code char(3)!, code_2 char(2)!, currency_code char(3), phone_code varchar(10), is_destination tinyint(1)!, specific_requirements json, is_active tinyint(1)!, created_at datetime(6), updated_at datetime(6)",
    "code; code_2",
    ""
}
table! {
    /// New table: payment_methods
    payment_methods,
    "id bigint unsigned!, name varchar(50)!, code varchar(20)!, icon varchar(50), requires_account_number tinyint(1)!, requires_bank_name tinyint(1)!, is_active tinyint(1)!, display_order int!, created_at datetime(6), updated_at datetime(6)",
    "code",
    ""
}
table! {
    /// New table: programs
    programs,
    "id bigint unsigned!, name varchar(150)!, code varchar(20)!, description longtext, duration_weeks int, country_id bigint unsigned, is_active tinyint(1)!, created_at datetime(6), updated_at datetime(6), deleted_at datetime(6)",
    "code",
    "country_id > countries SET NULL"
}
table! {
    /// New table: implementing_partners
    implementing_partners,
    "id bigint unsigned!, name varchar(200)!, code varchar(20)!, contact_person varchar(150), contact_email varchar(150), contact_phone varchar(30), address longtext, city varchar(100), country_id bigint unsigned, is_active tinyint(1)!, created_at datetime(6), updated_at datetime(6), deleted_at datetime(6)",
    "code",
    "country_id > countries SET NULL"
}
table! {
    /// New table: employers
    employers,
    "id bigint unsigned!, permission_number varchar(50), visa_issuing_company varchar(200)!, country_id bigint unsigned!, sector varchar(100), trade varchar(100), basic_salary decimal(12,2), salary_currency char(3)!, food_by_company tinyint(1)!, transport_by_company tinyint(1)!, accommodation_by_company tinyint(1)!, other_conditions longtext, evidence_path varchar(500), is_active tinyint(1)!, created_by bigint unsigned, created_at datetime(6), updated_at datetime(6), deleted_at datetime(6)",
    "permission_number",
    "country_id > countries RESTRICT; created_by > users SET NULL"
}
table! {
    /// New table: candidate_employer
    candidate_employer,
    "id bigint unsigned!, candidate_id bigint unsigned!, employer_id bigint unsigned!, is_current tinyint(1)!, assigned_at datetime(6), assigned_by bigint unsigned!, created_at datetime(6), updated_at datetime(6)",
    "",
    "candidate_id > candidates CASCADE; employer_id > employers CASCADE; assigned_by > users RESTRICT"
}
table! {
    /// New table: document_checklists
    document_checklists,
    "id bigint unsigned!, name varchar(100)!, code varchar(30)!, description longtext, category enum('mandatory','optional')!, is_mandatory tinyint(1)!, display_order int!, is_active tinyint(1)!, created_at datetime(6), updated_at datetime(6)",
    "code",
    ""
}
table! {
    /// New table: pre_departure_documents
    pre_departure_documents,
    "id bigint unsigned!, candidate_id bigint unsigned!, document_checklist_id bigint unsigned!, file_path varchar(500)!, original_filename varchar(255), mime_type varchar(100), file_size bigint unsigned, notes longtext, uploaded_at datetime(6), uploaded_by bigint unsigned!, verified_at datetime(6), verified_by bigint unsigned, verification_notes longtext, created_at datetime(6), updated_at datetime(6)",
    "candidate_id+document_checklist_id",
    "candidate_id > candidates CASCADE; document_checklist_id > document_checklists CASCADE; uploaded_by > users RESTRICT; verified_by > users SET NULL"
}
table! {
    /// New table: courses
    courses,
    "id bigint unsigned!, name varchar(150)!, code varchar(30)!, description longtext, duration_days int, training_type enum('technical','soft_skills','both')!, program_id bigint unsigned, is_active tinyint(1)!, created_at datetime(6), updated_at datetime(6), deleted_at datetime(6)",
    "code",
    "program_id > programs SET NULL"
}
table! {
    /// New table: candidate_courses
    candidate_courses,
    "id bigint unsigned!, candidate_id bigint unsigned!, course_id bigint unsigned!, start_date date, end_date date, status enum('assigned','in_progress','completed','cancelled')!, assigned_by bigint unsigned!, assigned_at datetime(6), created_at datetime(6), updated_at datetime(6)",
    "candidate_id+course_id",
    "candidate_id > candidates CASCADE; course_id > courses CASCADE; assigned_by > users RESTRICT"
}
table! {
    /// New table: training_assessments
    training_assessments,
    "id bigint unsigned!, candidate_id bigint unsigned!, batch_id bigint unsigned, assessment_type enum('interim','final')!, assessment_date date, score decimal(5,2), max_score decimal(5,2), passing_score decimal(5,2), assessor_id bigint unsigned, remarks longtext, created_at datetime(6), updated_at datetime(6)",
    "",
    "candidate_id > candidates CASCADE; batch_id > batches SET NULL"
}
table! {
    /// New table: post_departure_details
    post_departure_details,
    "id bigint unsigned!, departure_id bigint unsigned!, residency_proof_path varchar(500), residency_number varchar(50), residency_expiry date, foreign_license_path varchar(500), foreign_license_number varchar(50), foreign_mobile_number varchar(30), foreign_bank_name varchar(100), foreign_bank_account varchar(50), tracking_app_registration varchar(100), final_contract_path varchar(500), company_name varchar(200), employer_name varchar(150), employer_designation varchar(100), employer_contact varchar(50), work_location varchar(200), final_salary decimal(12,2), salary_currency char(3)!, final_job_terms longtext, job_commencement_date date, special_conditions longtext, created_at datetime(6), updated_at datetime(6)",
    "departure_id",
    "departure_id > departures CASCADE"
}
table! {
    /// New table: employment_histories
    employment_histories,
    "id bigint unsigned!, departure_id bigint unsigned!, switch_number int!, company_name varchar(200)!, work_location varchar(200), salary decimal(12,2), salary_currency char(3)!, job_terms longtext, commencement_date date, special_conditions longtext, switch_date date, reason_for_switch longtext, recorded_by bigint unsigned!, created_at datetime(6), updated_at datetime(6)",
    "departure_id+switch_number",
    "departure_id > departures CASCADE; recorded_by > users RESTRICT"
}
table! {
    /// New table: success_stories
    success_stories,
    "id bigint unsigned!, candidate_id bigint unsigned!, departure_id bigint unsigned, written_note longtext, evidence_type enum('audio','video','written','screenshot','document','other')!, evidence_path varchar(500), evidence_filename varchar(255), is_featured tinyint(1)!, recorded_by bigint unsigned!, recorded_at datetime(6), created_at datetime(6), updated_at datetime(6), deleted_at datetime(6)",
    "",
    "candidate_id > candidates CASCADE; departure_id > departures SET NULL; recorded_by > users RESTRICT"
}
table! {
    /// Changed table: candidates +3
    candidates,
    "program_id bigint unsigned, implementing_partner_id bigint unsigned, allocated_number varchar(50)",
    "allocated_number",
    "program_id > programs SET NULL; implementing_partner_id > implementing_partners SET NULL"
}
table! {
    /// Changed table: candidate_screenings +7
    candidate_screenings,
    "consent_for_work tinyint(1), placement_interest enum('local','international'), target_country_id bigint unsigned, screening_status enum('screened','pending','deferred'), evidence_path varchar(500), reviewer_id bigint unsigned, reviewed_at datetime(6)",
    "",
    "target_country_id > countries SET NULL; reviewer_id > users SET NULL"
}
table! {
    /// Changed table: training_schedules +2
    training_schedules,
    "technical_training_status enum('not_started','in_progress','completed'), soft_skills_status enum('not_started','in_progress','completed')",
    "",
    ""
}
table! {
    /// Changed table: visa_processes +3
    visa_processes,
    "stage_details json, application_status enum('applied','not_applied','refused'), issued_status enum('confirmed','pending','refused')",
    "",
    ""
}
table! {
    /// Changed table: departures +15
    departures,
    "ptn_status enum('not_applied','issued','done','pending','not_issued','refused'), ptn_issued_at date, ptn_deferred_reason longtext, protector_status enum('not_applied','applied','done','pending','not_issued','refused'), protector_applied_at date, protector_done_at date, protector_deferred_reason longtext, ticket_date date, ticket_time time(6), departure_platform varchar(100), landing_platform varchar(100), flight_type enum('direct','connected'), pre_departure_doc_path varchar(500), pre_departure_video_path varchar(500), final_departure_status enum('processing','ready_to_depart','departed')",
    "",
    ""
}
table! {
    /// Changed table: complaints +6
    complaints,
    "current_issue longtext, support_steps_taken longtext, suggestions longtext, conclusion longtext, evidence_type enum('audio','video','written','screenshot','document','other'), evidence_path varchar(500)",
    "",
    ""
}
