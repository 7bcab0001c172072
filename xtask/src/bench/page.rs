//! `docs/performance.md`: prose by people, tables by measurements. Each subject's table stands between two markers.

use std::fs;
use std::path::Path;

use super::arguments::Subject;

/// The page, from the top of the checkout.
const PAGE: &str = "docs/performance.md";

/// Puts a subject's table between its markers.
///
/// # Errors
/// Where the page cannot be read or written, or has no such markers.
pub fn write(root: &Path, subject: Subject, table: &str) -> Result<(), String> {
    let path = root.join(PAGE);
    let page = fs::read_to_string(&path).map_err(|error| format!("{PAGE} cannot be read: {error}"))?;
    let [begin, end] = markers(subject.word());
    let page = replaced(&page, &begin, &end, table).ok_or_else(|| format!("{PAGE} has no lines `{begin}` and `{end}` in this order"))?;
    fs::write(&path, page).map_err(|error| format!("{PAGE} cannot be written: {error}"))
}

fn markers(word: &str) -> [String; 2] {
    ["begin", "end"].map(|edge| format!("<!-- {word}: {edge} (cargo xtask bench --only {word} --write) -->"))
}

/// A page with another text between its markers; `None` where they are not there.
fn replaced(page: &str, begin: &str, end: &str, text: &str) -> Option<String> {
    let start = page.find(begin)? + begin.len();
    let length = page[start..].find(end)?;
    Some(format!("{}\n{}\n{}", &page[..start], text.trim_end(), &page[start + length..]))
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn only_what_is_between_the_markers_changes_and_twice_is_once() {
        let page = "before\n<a>\nold\n<b>\nafter\n";
        let once = replaced(page, "<a>", "<b>", "new\n").unwrap();
        assert_eq!(once, "before\n<a>\nnew\n<b>\nafter\n");
        assert_eq!(replaced(&once, "<a>", "<b>", "new\n").unwrap(), once);
        assert_eq!(replaced("<b> <a>", "<a>", "<b>", "new"), None);
    }
}
