//! Writes the table of built-in plans: every file below `plans/`, so that the program carries them with it.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let plans = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../plans").canonicalize()?;
    println!("cargo::rerun-if-changed=build.rs");
    let mut rows = Vec::new();
    collect(&plans, &mut Vec::new(), &mut rows)?;
    // In the order of their names: the same sources make the same program.
    rows.sort();
    let mut table = String::from("[\n");
    for (components, path) in &rows {
        let Some((plan, below)) = components.split_first() else { continue };
        // Files that stand beside the plans belong to none.
        if !below.is_empty() {
            writeln!(table, "    ({plan:?}, {:?}, include_bytes!({:?})),", below.join("/"), path.display())?;
        }
    }
    table.push_str("]\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("built_in_plans.rs"), table)?;
    Ok(())
}

fn collect(directory: &Path, components: &mut Vec<String>, rows: &mut Vec<(Vec<String>, PathBuf)>) -> Result<(), Box<dyn Error>> {
    // A directory's own time changes where files come or go; a file's where it is written.
    println!("cargo::rerun-if-changed={}", directory.display());
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().into_string().map_err(|name| format!("{} is not UTF-8", name.display()))?;
        if name.starts_with('.') {
            continue;
        }
        components.push(name);
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), components, rows)?;
        } else {
            println!("cargo::rerun-if-changed={}", entry.path().display());
            rows.push((components.clone(), entry.path()));
        }
        components.pop();
    }
    Ok(())
}
