//! Reading portable types.

use crate::model::error::Place;
use crate::model::operation::PortableType;
use crate::plan::document::{Section, Value};
use crate::plan::faults::{Faults, did_you_mean};

/// Reads `type`, and the `values` of an enum.
pub(super) fn read(section: &mut Section<'_>, faults: &mut Faults) -> Option<PortableType> {
    let data_type = section.require_text("type", faults);
    let values = section.take("values");
    let (text, place) = data_type?;
    if text == "enum" {
        let Some(values) = values else {
            faults.add(place, "an enum has values", "add: values = [\"…\", \"…\"]");
            return None;
        };
        return enum_values(values, faults).map(PortableType::Enum);
    }
    if let Some(values) = values {
        faults.add(
            values.key_place(),
            format!("`values` belongs to enums, and the type is `{text}`"),
            "take it out, or write type = \"enum\"",
        );
    }
    parse(&text, place, faults)
}

/// The values of an enum, each once.
pub(super) fn enum_values(value: Value<'_>, faults: &mut Faults) -> Option<Vec<String>> {
    let place = value.place();
    let mut values: Vec<String> = Vec::new();
    for (text, place) in value.texts(faults) {
        if values.contains(&text) {
            faults.add(place, format!("`{text}` stands twice in `values`"), "take one of them out");
        } else {
            values.push(text);
        }
    }
    if values.is_empty() {
        faults.add(place, "`values` is empty", "name one at least");
        return None;
    }
    Some(values)
}

fn parse(text: &str, place: Place, faults: &mut Faults) -> Option<PortableType> {
    if let Some(plain) = PortableType::PLAIN.into_iter().find(|plain| plain.to_string() == text) {
        return Some(plain);
    }
    let numbers = text.split_once('(').and_then(|(word, rest)| Some((word.trim(), rest.strip_suffix(')')?)));
    let Some((word @ ("char" | "varchar" | "decimal"), inside)) = numbers else {
        let named = match text {
            "char" | "varchar" => Some(format!("say how many characters at the most: {text}(50)")),
            "decimal" => Some("say how many digits in all and behind the point: decimal(12,2)".to_owned()),
            _ => None,
        };
        let plain: Vec<String> = PortableType::PLAIN.iter().map(ToString::to_string).collect();
        let known = plain.iter().map(String::as_str).chain(["decimal(12,2)", "char(3)", "varchar(50)", "enum"]);
        faults.add(place, format!("`{text}` is not a portable type"), named.unwrap_or_else(|| did_you_mean(text, known)));
        return None;
    };
    let parts: Option<Vec<u32>> = inside.split(',').map(|part| part.trim().parse().ok()).collect();
    let found = match (word, parts.as_deref()) {
        ("char", Some([length @ 1..=255])) => Some(PortableType::Char(*length)),
        ("varchar", Some([length @ 1..=16_383])) => Some(PortableType::Varchar(*length)),
        // What every database can hold: 65 digits in all, 30 of them behind the point.
        ("decimal", Some([precision @ 1..=65, scale @ 0..=30])) if scale <= precision => {
            u16::try_from(*precision).ok().zip(u16::try_from(*scale).ok()).map(|(precision, scale)| PortableType::Decimal(precision, scale))
        }
        _ => None,
    };
    if found.is_none() {
        let remedy = match word {
            "decimal" => "write decimal(digits in all, digits behind the point), such as decimal(12,2): at most 65 and 30",
            "char" => "write char(3): from 1 to 255 characters",
            _ => "write varchar(50): from 1 to 16383 characters; longer texts are `text`",
        };
        faults.add(place, format!("`{text}` is not a portable type"), remedy);
    }
    found
}
