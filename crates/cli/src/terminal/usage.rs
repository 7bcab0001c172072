//! Mistakes in arguments.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::Error;
use cutover::model::url::DatabaseUrl;

use crate::exit::Exit;

/// Shows help, the version, or what is wrong with the arguments. An argument that is quoted back never shows a password.
pub fn usage(error: &Error) -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().chain(std::env::var_os("DATABASE_URL")).filter_map(|text| OsString::into_string(text).ok()).collect();
    let shown = error.render().to_string();
    let masked = masked(&shown, &arguments);
    if masked == shown {
        // With colours, where they are wanted. Nobody could be told that it cannot be printed.
        let _ = error.print();
    } else {
        let _ = std::io::stderr().lock().write_all(masked.as_bytes());
    }
    match error.exit_code() {
        0 => Exit::Done.into(),
        _ => Exit::NotStarted.into(),
    }
}

fn masked(shown: &str, arguments: &[String]) -> String {
    let mut shown = shown.to_owned();
    for argument in arguments {
        let values = [Some(argument.as_str()), argument.split_once('=').map(|(_, value)| value)];
        for value in values.into_iter().flatten() {
            if let Some(masked) = secret(value) {
                shown = shown.replace(value, &masked);
            }
        }
    }
    shown
}

/// What is shown instead of a value that may hold a password.
fn secret(value: &str) -> Option<String> {
    if value.contains("://") {
        return DatabaseUrl::new(value).ok().map(|url| url.to_string());
    }
    value.to_ascii_lowercase().contains("password=").then(|| "***".to_owned())
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn arguments_are_quoted_back_without_passwords() {
        let url = "postgres://u:s3 cr'et@h/d".to_owned();
        let shown = format!("error: unexpected argument '{url}' found");
        assert_eq!(masked(&shown, &[url]), "error: unexpected argument 'postgres://u:***@h/d' found");
        let argument = "--databse=postgres://u:s3cret@h/d".to_owned();
        assert!(!masked(&format!("error: '{argument}'"), &[argument]).contains("s3cret"));
        let words = "host=h password=s3cret".to_owned();
        assert!(!masked(&format!("error: '{words}'"), &[words]).contains("s3cret"));
        assert_eq!(masked("error: 'x'", &["x".to_owned()]), "error: 'x'");
    }
}
