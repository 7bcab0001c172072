//! Colours, where they are wanted.

use std::io::IsTerminal;

use cutover::report::{Style, Tone};

use crate::arguments::Color;

/// The style of a stream.
pub fn style(color: Color, stream: &impl IsTerminal) -> Style {
    let wanted = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => stream.is_terminal() && !no_color() && std::env::var_os("TERM").is_none_or(|terminal| terminal != "dumb"),
    };
    if wanted { Style::new(ansi) } else { Style::PLAIN }
}

/// <https://no-color.org>: set, and not empty.
fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

fn ansi(tone: Tone, text: &str) -> String {
    let code = match tone {
        Tone::Good => "32",
        Tone::Bad => "31",
        Tone::Warning => "33",
        Tone::Faint => "2",
        Tone::Strong => "1",
    };
    format!("\x1b[{code}m{text}\x1b[0m")
}
