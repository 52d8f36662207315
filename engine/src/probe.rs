//! Does the shop answer? What is asked of it, and what each answer means. One pure function judges.

use std::{collections::BTreeMap, iter};

use http::{HeaderMap, HeaderName, header};
use serde_json::Value;
use store::{Language, Said, Text};

use crate::{
    option::When,
    placeholder::{Piece, joined},
};

/// One request through the ingress, as a visitor makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    pub when: When,
    /// Path and query.
    pub path: String,
    pub headers: Vec<(HeaderName, Header)>,
    /// The first that fits counts.
    pub(crate) answers: Vec<Rule>,
    /// Each that fits is told, of a shop that answers.
    pub(crate) notices: Vec<Notice>,
    /// What else has to answer before the shop does, asked once this one has.
    pub then: Option<Box<Probe>>,
}

/// What a header of the request says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Header {
    Text(String),
    /// What stands under that key in the store's Secret.
    Secret(String),
}

/// What came back.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    pub status: u16,
    pub headers: &'a HeaderMap,
    pub body: &'a str,
}

/// Why it is not an answer of a shop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{said}")]
pub struct NoAnswer {
    said: Box<Said>,
    /// What a line of the public part's log has in it that tells why. Empty where none does.
    log: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) status: Statuses,
    /// Texts that a header of that name has in it.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Option<String>,
    pub(crate) json: Option<Json>,
    pub(crate) verdict: Verdict,
}

/// Something that its owner should know of a shop that answers all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    /// As in a [`Rule`].
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) says: Text,
}

/// From one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Statuses {
    pub(crate) first: u16,
    pub(crate) last: u16,
}

/// The body is JSON, and what stands at a place in it is of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Json {
    /// A pointer as RFC 6901 has it; empty for the whole.
    pub(crate) at: String,
    pub(crate) kind: Kind,
    pub(crate) not_empty: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Array,
    Object,
    Text,
    Number,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Ready,
    Says { says: Clause, log: Vec<String> },
}

/// What goes on from “the shop”, in each language that the engine has it in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clause {
    pub(crate) english: Vec<Piece<Word>>,
    pub(crate) german: Option<Vec<Piece<Word>>>,
}

/// What a sentence may tell of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Status,
    Location,
}

/// As much of an address as a sentence can hold.
const MAX_LOCATION: usize = 120;

impl Probe {
    /// Whether the shop answers.
    ///
    /// # Errors
    /// It does not: what is said of it.
    pub fn judge(&self, answer: Answer<'_>) -> Result<(), NoAnswer> {
        match self.answers.iter().find(|rule| rule.fits(answer)).map(|rule| &rule.verdict) {
            Some(Verdict::Ready) => Ok(()),
            Some(Verdict::Says { says, log }) => {
                let told = |pieces: &Vec<Piece<Word>>| joined(pieces, |word| answer.word(*word));
                let clause = Text::new(told(&says.english), says.german.as_ref().map(told));
                Err(NoAnswer { said: of_shop(&clause).into(), log: log.clone() })
            }
            None => Err(NoAnswer { said: answer.otherwise().into(), log: Vec::new() }),
        }
    }

    /// What else is to be told of a shop that answers so.
    pub fn notices(&self, answer: Answer<'_>) -> Vec<Said> {
        let fits = |notice: &&Notice| answer.has_all(&notice.headers);
        self.notices.iter().filter(fits).map(|notice| of_shop(&notice.says)).collect()
    }

    /// Keys of the store's Secret that its requests need.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.all().flat_map(|probe| &probe.headers).filter_map(|(_, header)| match header {
            Header::Secret(key) => Some(key.as_str()),
            Header::Text(_) => None,
        })
    }

    /// This one and what is asked then, in that order.
    pub fn all(&self) -> impl Iterator<Item = &Self> {
        iter::successors(Some(self), |probe| probe.then.as_deref())
    }
}

impl NoAnswer {
    /// Whether the log of the part that visitors reach tells more.
    pub fn is_in_log(&self) -> bool {
        !self.log.is_empty()
    }

    /// The last line of a log that tells why, from where it begins to, and without the lines that a server has written into it as `\n`.
    pub fn line<'a>(&self, log: &'a str) -> Option<&'a str> {
        let tells = |line: &'a str| {
            let at = self.log.iter().find_map(|text| line.find(text))?;
            line[at..].split("\\n").next()
        };
        log.lines().rev().find_map(tells)
    }

    /// What the engine says goes on with that line.
    #[must_use]
    pub fn because(self, line: &str) -> Self {
        let said = match *self.said {
            Said::ShopSays { english, german, .. } => {
                Said::ShopSays { english, german, line: line.to_owned() }
            }
            // The engine says nothing of it, and so not which line tells why.
            other => other,
        };
        Self { said: said.into(), ..self }
    }

    pub fn said(&self) -> &Said {
        &self.said
    }
}

/// As the engine says it, in a sentence.
fn of_shop(clause: &Text) -> Said {
    let german = match clause.told(Language::German) {
        (german, Language::German) => german.to_owned(),
        _ => String::new(),
    };
    Said::ShopSays { english: clause.to_string(), german, line: String::new() }
}

impl Rule {
    fn fits(&self, answer: Answer<'_>) -> bool {
        self.status.has(answer.status)
            && answer.has_all(&self.headers)
            && self.body.as_ref().is_none_or(|text| answer.body.contains(text))
            && self.json.as_ref().is_none_or(|json| json.fits(answer.body))
    }
}

impl Statuses {
    pub(crate) fn has(self, status: u16) -> bool {
        (self.first..=self.last).contains(&status)
    }

    /// `200`, `3xx`, `500-599`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let number = |text: &str| text.parse().ok().filter(|status| (100..1000).contains(status));
        if let Some(hundred) = text.strip_suffix("xx") {
            let first = number(&format!("{hundred}00"))?;
            return Some(Self { first, last: first + 99 });
        }
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (first, last) = (number(first)?, number(last)?);
        (first <= last).then_some(Self { first, last })
    }
}

impl Json {
    fn fits(&self, body: &str) -> bool {
        let Ok(value) = serde_json::from_str::<Value>(body) else { return false };
        let Some(found) = value.pointer(&self.at) else { return false };
        let filled = match (self.kind, found) {
            (Kind::Array, Value::Array(items)) => !items.is_empty(),
            (Kind::Object, Value::Object(entries)) => !entries.is_empty(),
            (Kind::Text, Value::String(text)) => !text.is_empty(),
            (Kind::Number, Value::Number(number)) => number.as_f64().is_some_and(|number| number > 0.0),
            _ => return false,
        };
        filled || !self.not_empty
    }
}

impl Answer<'_> {
    fn has(&self, name: &str, text: &str) -> bool {
        self.headers.get_all(name).iter().any(|value| value.to_str().is_ok_and(|value| value.contains(text)))
    }

    fn has_all(&self, headers: &BTreeMap<String, String>) -> bool {
        headers.iter().all(|(name, text)| self.has(name, text))
    }

    fn word(&self, word: Word) -> String {
        match word {
            Word::Status => self.status.to_string(),
            Word::Location => {
                let location = self.headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
                location.unwrap_or("elsewhere").chars().take(MAX_LOCATION).collect()
            }
        }
    }

    /// What is said of an answer that the engine says nothing of.
    fn otherwise(&self) -> Said {
        let status = self.status;
        match status {
            200 => Said::AnswersNotAsShop,
            300..400 => Said::Redirects { to: self.word(Word::Location) },
            404 => Said::NotLedTo,
            503 => Said::NoReadyPod,
            500.. => Said::HasError { status },
            _ => Said::AnswersOtherwise { status },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_one_or_a_hundred_or_a_range() {
        assert_eq!(Statuses::parse("200"), Some(Statuses { first: 200, last: 200 }));
        assert_eq!(Statuses::parse("3xx"), Some(Statuses { first: 300, last: 399 }));
        assert_eq!(Statuses::parse("500-503"), Some(Statuses { first: 500, last: 503 }));
        for text in ["", "20", "2x", "xx", "503-500", "200-", "1000"] {
            assert_eq!(Statuses::parse(text), None, "{text}");
        }
    }

    #[test]
    fn json_is_looked_into_at_a_place() {
        let json = |at: &str, kind, not_empty| Json { at: at.to_owned(), kind, not_empty };
        let body = r#"{"products": [], "count": 3, "name": "Atelier"}"#;
        assert!(json("/products", Kind::Array, false).fits(body));
        assert!(!json("/products", Kind::Array, true).fits(body));
        assert!(json("/count", Kind::Number, true).fits(body));
        assert!(!json("/count", Kind::Text, false).fits(body));
        assert!(!json("/missing", Kind::Object, false).fits(body));
        assert!(!json("", Kind::Object, false).fits("<html>"));
    }

    #[test]
    fn an_answer_that_the_engine_says_nothing_of_is_told_as_it_is() {
        let probe = Probe {
            when: When::default(),
            path: "/".into(),
            headers: vec![],
            answers: vec![],
            notices: vec![],
            then: None,
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::LOCATION, http::HeaderValue::from_static("http://x/install"));
        for (status, told) in [
            (200, "not as the shop"),
            (302, "http://x/install"),
            (404, "does not lead to it yet"),
            (418, "answers 418"),
            (500, "its log tells more"),
            (503, "no pod"),
        ] {
            let answer = Answer { status, headers: &headers, body: "" };
            assert!(probe.judge(answer).unwrap_err().to_string().contains(told), "{status}");
        }
    }
}
