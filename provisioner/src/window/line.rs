//! One line of a log, as it is told: when it was written, how bad it is, and nothing in it that a terminal would obey.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Millis;

use super::cursor::Nanos;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub at: Millis,
    /// The part's name.
    pub part: String,
    pub level: Level,
    pub text: String,
}

/// How bad it is what a line tells. Who writes a log has no word in common with whoever else does, so that this is a guess from its beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    #[default]
    Info,
    Warning,
    Error,
}

/// Where a line says how bad it is: of a longer one the rest is what it tells.
const HEAD: usize = 300;
/// Characters that are shown of a line.
const MOST_SHOWN: usize = 4_000;

const ERRORS: [&str; 21] = [
    "[error]",
    ":error]",
    "[crit]",
    ":crit]",
    "[alert]",
    ":alert]",
    "[emerg]",
    ":emerg]",
    "error:",
    "fatal:",
    "panic:",
    "fatal error",
    "parse error",
    "uncaught ",
    "level=error",
    "level=fatal",
    "\"level\":\"error\"",
    "\"level\":\"fatal\"",
    "[fatal]",
    "[critical]",
    "out of memory",
];
const WARNINGS: [&str; 8] =
    ["[warning]", "[warn]", ":warn]", "warning:", "warn:", "level=warn", "\"level\":\"warn", "deprecated:"];

impl Level {
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Error];

    pub fn key(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// What is no level asks for all of them.
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|level| level.key() == text).unwrap_or_default()
    }

    pub fn of(text: &str) -> Self {
        let head: String = text.chars().take(HEAD).collect::<String>().to_ascii_lowercase();
        let tells = |signs: &[&str]| signs.iter().any(|sign| head.contains(sign));
        match status(&head) {
            Some(500..) => Self::Error,
            // What was asked for is a visitor's text, and may be any word.
            Some(_) => Self::Info,
            None if tells(&ERRORS) => Self::Error,
            None if tells(&WARNINGS) => Self::Warning,
            None => Self::Info,
        }
    }
}

/// What a web server answered, in a line such as `192.0.2.7 "GET / HTTP/1.1" 200 512`.
fn status(head: &str) -> Option<u16> {
    let (_, rest) = head.split_once(" http/")?;
    let (_, rest) = rest.split_once("\" ")?;
    rest.split_whitespace().next()?.parse().ok().filter(|status| (100..600).contains(status))
}

/// When the kubelet says a line was written, and the line.
pub fn stamped(line: &str) -> Option<(Nanos, &str)> {
    let (at, text) = line.split_once(' ').unwrap_or((line, ""));
    let at = at.parse::<Timestamp>().ok()?;
    Some((Nanos(i64::try_from(at.as_nanosecond()).ok()?), text))
}

/// Without what a terminal would obey instead of showing it.
pub fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            // A sequence is what follows up to its final byte; of one that is none, the escape alone goes.
            '\u{1b}' if rest.peek() == Some(&'[') => {
                rest.next();
                while rest.next_if(|c| matches!(c, '\u{20}'..='\u{3f}')).is_some() {}
                rest.next_if(|c| matches!(c, '\u{40}'..='\u{7e}'));
            }
            '\t' => plain.push(c),
            c if c.is_control() || is_bidirectional(c) => {}
            c => plain.push(c),
        }
    }
    plain
}

/// What turns the text around it, so that a line would read as another.
fn is_bidirectional(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

/// As much of it as is shown.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_level_is_found_in_the_words_of_whoever_writes_the_log() {
        for (text, level) in [
            ("2026-11-26 22:53:09 0 [Note] mariadbd: ready for connections.", Level::Info),
            ("2026-11-26 22:53:09 5 [Warning] Aborted connection 5 to db: 'shop'", Level::Warning),
            ("2026-11-26 22:53:09 0 [ERROR] Can't create file (Errcode: 28)", Level::Error),
            ("[Thu Nov 26 22:53:09.1 2026] [php:warn] [pid 7] PHP Warning:  Undefined", Level::Warning),
            (
                "[Thu Nov 26 22:53:09.1 2026] [php:error] [pid 7] PHP Fatal error:  Uncaught Error",
                Level::Error,
            ),
            ("10.0.0.7 \"GET / HTTP/1.1\" 200 512 3 ms \"curl\"", Level::Info),
            ("10.0.0.7 \"GET /error:warning: HTTP/1.1\" 404 512 3 ms \"fatal error\"", Level::Info),
            ("10.0.0.7 \"POST /cart HTTP/1.1\" 503 0 3 ms \"curl\"", Level::Error),
            ("2026-11-26 22:53:09 UTC [31] FATAL:  password authentication failed", Level::Error),
            ("{\"level\":\"warn\",\"message\":\"slow\"}", Level::Warning),
            ("warn:    No \"http\" found", Level::Warning),
            ("", Level::Info),
        ] {
            assert_eq!(Level::of(text), level, "{text}");
        }
    }

    #[test]
    fn the_kubelet_says_when_a_line_was_written() {
        let (at, text) = stamped("2026-11-26T22:53:09.123456789Z GET / 200").unwrap();
        assert_eq!((at, text), (Nanos(1_795_733_589_123_456_789), "GET / 200"));
        assert_eq!(stamped("2026-11-26T22:53:09Z").unwrap().1, "");
        assert_eq!(stamped("unable to retrieve container logs"), None);
    }

    #[test]
    fn what_a_terminal_obeys_is_not_told() {
        assert_eq!(
            without_escapes("\u{1b}[1;31mred\u{1b}[0m\tand \u{202e}dorwssap\r\u{7}"),
            "red\tand dorwssap"
        );
        assert_eq!(without_escapes("\u{1b}[31"), "");
        assert_eq!(without_escapes("\u{1b}x"), "x");
    }

    proptest! {
        #[test]
        fn whatever_a_log_says_is_read(text in "\\PC{0,300}", raw: Vec<u8>) {
            Level::of(&text);
            stamped(&text);
            let plain = without_escapes(&String::from_utf8_lossy(&raw));
            prop_assert!(!plain.chars().any(|c| c.is_control() && c != '\t'));
            prop_assert!(shortened(&text.repeat(20)).chars().count() <= MOST_SHOWN + 1);
        }
    }
}
