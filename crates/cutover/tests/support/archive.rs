//! Several texts in one readable file, in the manner of Go's txtar: a line `-- name --` begins a section, and what stands
//! above the first one says what the file is about.

use std::fmt;

/// A file's comment and sections, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// What the file is about.
    pub comment: String,
    /// Names and texts.
    sections: Vec<(String, String)>,
}

impl Archive {
    /// Reads an archive. Every text is a comment or a section of one.
    ///
    /// # Panics
    /// Where a section stands twice.
    pub fn parse(text: &str) -> Self {
        let mut archive = Self { comment: String::new(), sections: Vec::new() };
        for line in text.split_inclusive('\n') {
            match section_name(line) {
                Some(name) => {
                    assert!(archive.get(name).is_none(), "the section `{name}` stands twice");
                    archive.sections.push((name.to_owned(), String::new()));
                }
                None => archive.sections.last_mut().map_or(&mut archive.comment, |(_, text)| text).push_str(line),
            }
        }
        archive
    }

    /// The text of a section, if it is there.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.sections.iter().find(|(other, _)| other == name).map(|(_, text)| text.as_str())
    }

    /// The text for one database: that of `name.DATABASE` wins over that of `name`.
    pub fn for_database(&self, name: &str, database: &str) -> Option<&str> {
        self.get(&format!("{name}.{database}")).or_else(|| self.get(name))
    }

    /// All sections.
    pub fn sections(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sections.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// Makes `text` what one database finds under `name`, and leaves what the others find as it is. Databases that find the same
    /// share one section.
    pub fn set_for_database(&mut self, name: &str, databases: &[&str], database: &str, text: &str) {
        let texts: Vec<_> = databases
            .iter()
            .map(|other| {
                let found = if *other == database { Some(text) } else { self.for_database(name, other) };
                ((*other).to_owned(), found.map(|found| format!("{}\n\n", found.trim())))
            })
            .collect();
        let own = |section: &str| section == name || databases.iter().any(|database| section == format!("{name}.{database}"));
        let place = self.sections.iter().position(|(section, _)| own(section));
        self.sections.retain(|(section, _)| !own(section));
        // Rows that the steps leave are read last.
        let last = self.sections.iter().position(|(section, _)| section.starts_with("after")).unwrap_or(self.sections.len());
        let place = place.unwrap_or(last).min(self.sections.len());
        let same = texts.iter().all(|(_, other)| other.as_deref().is_none_or(|other| other.trim() == text.trim()));
        // What most of them find stands once, and the others have their own.
        let times = |text: &str| texts.iter().filter(|(_, other)| other.as_deref() == Some(text)).count();
        let everybody = texts.iter().all(|(_, text)| text.is_some());
        let shared = texts.iter().filter_map(|(_, text)| text.as_deref()).find(|text| everybody && times(text) > 1);
        let made: Vec<_> = if same {
            vec![(name.to_owned(), format!("{}\n\n", text.trim()))]
        } else {
            let common = shared.map(|text| (name.to_owned(), text.to_owned()));
            let own = texts.iter().filter(|(_, text)| text.as_deref() != shared);
            let own = own.filter_map(|(database, text)| Some((format!("{name}.{database}"), text.clone()?)));
            common.into_iter().chain(own).collect()
        };
        self.sections.splice(place..place, made);
    }
}

impl fmt::Display for Archive {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.comment.clone();
        for (name, section) in &self.sections {
            text.push_str(&format!("-- {name} --\n{section}"));
        }
        writeln!(formatter, "{}", text.trim_end())
    }
}

fn section_name(line: &str) -> Option<&str> {
    line.trim_end().strip_prefix("-- ")?.strip_suffix(" --").filter(|name| !name.is_empty())
}
