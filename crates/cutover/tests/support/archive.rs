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

    /// The text that is found in one place: `name.PLACE` wins over `name.in-place`, this over `name.DATABASE`, and that over `name`.
    pub fn for_place(&self, name: &str, place: Venue) -> Option<&str> {
        place.sections(name).iter().find_map(|section| self.get(section))
    }

    /// All sections.
    pub fn sections(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sections.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// Makes `text` what is found under `name` in one place, and leaves what is found in the others as it is. Places that find the same
    /// share a section. Of the places, those that are not in place come first.
    pub fn set_for_place(&mut self, name: &str, places: &[Venue], place: Venue, text: &str) {
        let wanted: Vec<_> = places
            .iter()
            .filter_map(|other| {
                let found = if *other == place { Some(text) } else { self.for_place(name, *other) };
                Some((*other, format!("{}\n\n", found?.trim())))
            })
            .collect();
        let own = |section: &str| places.iter().any(|place| place.sections(name).iter().any(|known| known == section));
        let position = self.sections.iter().position(|(section, _)| own(section));
        self.sections.retain(|(section, _)| !own(section));
        // Rows that the steps leave are read last.
        let last = self.sections.iter().position(|(section, _)| section.starts_with("after")).unwrap_or(self.sections.len());
        let position = position.unwrap_or(last).min(self.sections.len());
        let made = shared(name, places.len(), &wanted);
        self.sections.splice(position..position, made);
    }
}

/// The fewest sections in which every place finds its text: what most of them find, what those in place have in common, and the rest.
fn shared(name: &str, places: usize, wanted: &[(Venue, String)]) -> Vec<(String, String)> {
    let most = |texts: Vec<&String>| {
        let times = |text: &String| texts.iter().filter(|other| **other == text).count();
        // The first one of those that stand as often.
        texts.iter().rev().max_by_key(|text| times(text)).map(|text| (**text).clone()).filter(|text| times(text) > 1 || texts.len() == 1)
    };
    let of = |in_place: bool| wanted.iter().filter(|(place, _)| place.is_in_place() == in_place).map(|(_, text)| text).collect::<Vec<_>>();
    let mut made = Archive { comment: String::new(), sections: Vec::new() };
    // A place that finds nothing must go on finding nothing.
    let everybody = wanted.len() == places;
    let common = most(of(false)).or_else(|| most(of(true))).filter(|_| everybody);
    let in_place = most(of(true)).filter(|text| everybody && common.as_ref() != Some(text));
    made.sections.extend(common.map(|text| (name.to_owned(), text)));
    made.sections.extend(in_place.map(|text| (format!("{name}.{IN_PLACE}"), text)));
    for (place, text) in wanted {
        if made.for_place(name, *place) != Some(text) {
            made.sections.push((place.own_section(name), text.clone()));
        }
    }
    made.sections
}

/// What ends the name of a section for every run in place.
const IN_PLACE: &str = "in-place";

/// A database, and the mode of the runs on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Venue {
    /// One transaction.
    Atomic(&'static str),
    /// Statement by statement, where the other mode is there as well.
    InPlace(&'static str),
    /// Statement by statement, where there is no other mode.
    AlwaysInPlace(&'static str),
}

impl Venue {
    /// The database's word.
    pub fn database(self) -> &'static str {
        match self {
            Self::Atomic(database) | Self::InPlace(database) | Self::AlwaysInPlace(database) => database,
        }
    }

    /// Whether runs go statement by statement.
    pub fn is_in_place(self) -> bool {
        !matches!(self, Self::Atomic(_))
    }

    /// The section that no other place finds first.
    fn own_section(self, name: &str) -> String {
        match self {
            Self::Atomic(database) | Self::AlwaysInPlace(database) => format!("{name}.{database}"),
            Self::InPlace(database) => format!("{name}.{database}-{IN_PLACE}"),
        }
    }

    /// The sections in which a text is looked for, in order.
    fn sections(self, name: &str) -> Vec<String> {
        let mut sections = vec![self.own_section(name)];
        if self.is_in_place() {
            sections.push(format!("{name}.{IN_PLACE}"));
        }
        sections.push(format!("{name}.{}", self.database()));
        sections.push(name.to_owned());
        sections
    }
}

/// The name of a section without the place that it is for.
pub fn without_place(section: &str) -> &str {
    let plain = section.strip_suffix(IN_PLACE).map_or(section, |rest| rest.trim_end_matches(['.', '-']));
    ["postgres", "mysql", "sqlite"].iter().find_map(|database| plain.strip_suffix(&format!(".{database}"))).unwrap_or(plain)
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
