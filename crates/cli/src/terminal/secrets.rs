//! What people type may hold a password wherever it stands, also where none belongs: in place of a plan's or a run's name.

use std::ffi::OsString;

use cutover::model::url::DatabaseUrl;

/// A text in which every argument that is quoted back, and DATABASE_URL, stand without their passwords.
pub fn without_passwords(text: &str) -> String {
    let words = std::env::args_os().chain(std::env::var_os("DATABASE_URL"));
    let words: Vec<String> = words.filter_map(|word| OsString::into_string(word).ok()).collect();
    masked(text, &words)
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
