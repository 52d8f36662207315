//! Better defaults for what an engine asks, from what a person's browser tells of where they are. What it does not tell stays as the
//! engine has it.

use http::HeaderMap;
use store::{EngineCard, Question, Suggest};

use crate::language::{cookie, wanted};

/// A line a country: its code, its currency, the languages of which most speakers are there, and its time zones, the most usual first; a
/// dash where there is none. A zone has the name under which browsers know it behind it, where that is an older one.
const COUNTRIES: &str = include_str!("suggest/countries.txt");
/// Kept by the page's script, see `shell/start.js`.
const ZONE_COOKIE: &str = "zone";

/// What a browser tells of whoever uses it.
#[derive(Clone, Debug, Default)]
pub(super) struct Browser {
    /// Tags such as `de-AT`, the most wanted first.
    languages: Vec<String>,
    zone: Option<String>,
}

#[derive(Clone, Copy, Debug)]
struct Country {
    code: &'static str,
    currency: &'static str,
    languages: &'static str,
    zones: &'static str,
}

impl Browser {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        Self { languages: wanted(headers), zone: cookie(headers, ZONE_COOKIE).map(str::to_owned) }
    }

    /// Puts defaults for this person in the place of the engine's.
    pub(super) fn suggest(&self, card: &mut EngineCard) {
        for question in &mut card.questions {
            if let Some(key) = self.choice(question) {
                question.default = key;
            }
        }
    }

    /// The first that fits of what is offered.
    fn choice(&self, question: &Question) -> Option<String> {
        let offered = |key: &str| question.choice(key).map(|choice| choice.key.clone());
        match question.suggest? {
            Suggest::Language => self.languages.iter().find_map(|tag| language(question, tag)),
            Suggest::Country => self.country().and_then(|country| offered(country.code)),
            Suggest::Currency => self.country().and_then(|country| offered(country.currency)),
            Suggest::TimeZone => self.own_zone().and_then(|(_, zone)| offered(zone)).or_else(|| {
                // One that the table does not have is no country's, such as UTC.
                let told = self.zone.as_deref().and_then(offered);
                told.or_else(|| offered(self.country()?.zones().next()?.0))
            }),
        }
    }

    /// Where the browser's clock is, or else where its languages are spoken.
    fn country(&self) -> Option<Country> {
        let spoken = || {
            let named =
                |tag: &String| countries().find(|country| Some(country.code) == region(tag).as_deref());
            let usual = |tag: &String| usual_country(primary(tag));
            self.languages.iter().find_map(named).or_else(|| self.languages.iter().find_map(usual))
        };
        self.own_zone().map(|(country, _)| country).or_else(spoken)
    }

    /// The country of the browser's time zone, and what that is called now.
    fn own_zone(&self) -> Option<(Country, &'static str)> {
        let told = self.zone.as_deref()?;
        countries().find_map(|country| {
            let (zone, _) = country.zones().find(|(zone, older)| *zone == told || *older == Some(told))?;
            Some((country, zone))
        })
    }
}

impl Country {
    fn zones(self) -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
        self.zones.split_ascii_whitespace().map(|zone| match zone.split_once('|') {
            Some((zone, older)) => (zone, Some(older)),
            None => (zone, None),
        })
    }
}

fn countries() -> impl Iterator<Item = Country> {
    COUNTRIES.lines().filter_map(|line| {
        let mut rest = line.splitn(4, ' ');
        let mut next = || rest.next().map(|word| if word == "-" { "" } else { word });
        Some(Country {
            code: next()?,
            currency: next()?,
            languages: next()?,
            zones: next().unwrap_or_default(),
        })
    })
}

fn usual_country(language: &str) -> Option<Country> {
    countries().find(|country| country.languages.split(',').any(|spoken| spoken == language))
}

/// What is offered in the language of a tag: of its region, or else of the region where most speakers are, or else of any.
fn language(question: &Question, tag: &str) -> Option<String> {
    let language = primary(tag);
    let of = |region: &str| format!("{language}_{region}");
    let offered = |key: &str| question.choice(key).map(|choice| choice.key.clone());
    let any = || {
        let beginning = of("");
        question
            .choices
            .iter()
            .find(|choice| choice.key.starts_with(&beginning))
            .map(|choice| choice.key.clone())
    };
    region(tag)
        .and_then(|region| offered(&of(&region)))
        .or_else(|| offered(language))
        .or_else(|| offered(&of(usual_country(language)?.code)))
        .or_else(any)
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

fn region(tag: &str) -> Option<String> {
    let is_region = |part: &&str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    tag.split('-').skip(1).find(is_region).map(str::to_ascii_uppercase)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use http::header;
    use store::Choice;

    use super::*;

    fn question(suggest: Suggest, keys: &[&str]) -> Question {
        let choice = |key: &&str| Choice { key: (*key).to_owned(), title: (*key).into() };
        Question {
            name: "asked".into(),
            title: "Asked".into(),
            choices: keys.iter().map(choice).collect(),
            default: keys[0].to_owned(),
            suggest: Some(suggest),
        }
    }

    /// What is suggested to a browser that sends these headers: language, country, currency and time zone.
    fn suggested(accept: &str, cookie: &str) -> [Option<String>; 4] {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
        headers.insert(header::COOKIE, cookie.parse().unwrap());
        let browser = Browser::of(&headers);
        [
            question(
                Suggest::Language,
                &["en_CA", "en_US", "ar", "de_DE", "fr_FR", "pt_PT", "pt_BR", "zh_TW", "zh_CN"],
            ),
            question(Suggest::Country, &["AT", "BR", "CH", "DE", "IN", "US"]),
            question(Suggest::Currency, &["BRL", "CHF", "EUR", "INR", "USD"]),
            question(
                Suggest::TimeZone,
                &["UTC", "Europe/Vienna", "Europe/Berlin", "Asia/Kolkata", "Australia/Sydney"],
            ),
        ]
        .map(|question| browser.choice(&question))
    }

    #[track_caller]
    fn assert_suggests(accept: &str, cookie: &str, expected: [&str; 4]) {
        let suggested = suggested(accept, cookie).map(Option::unwrap_or_default);
        assert_eq!(suggested.each_ref().map(String::as_str), expected, "{accept} {cookie}");
    }

    #[test]
    fn the_clock_tells_the_country_and_the_languages_tell_the_language() {
        assert_suggests("en-US,en;q=0.9", "zone=Europe/Vienna", ["en_US", "AT", "EUR", "Europe/Vienna"]);
        assert_suggests("de-AT", "storeyard=x; zone=Europe/Berlin", ["de_DE", "DE", "EUR", "Europe/Berlin"]);
    }

    #[test]
    fn without_a_clock_the_region_of_a_language_tells_the_country_or_where_most_speak_it() {
        assert_suggests("de-AT,en;q=0.5", "", ["de_DE", "AT", "EUR", "Europe/Vienna"]);
        assert_suggests("de", "", ["de_DE", "DE", "EUR", "Europe/Berlin"]);
        assert_suggests("pt", "", ["pt_BR", "BR", "BRL", ""]);
        assert_suggests("zh-Hant-TW", "", ["zh_TW", "", "", ""]);
    }

    #[test]
    fn a_clock_of_an_older_name_or_of_no_country_is_understood() {
        assert_suggests("hi", "zone=Asia/Calcutta", ["", "IN", "INR", "Asia/Kolkata"]);
        assert_suggests("en-US", "zone=UTC", ["en_US", "US", "USD", "UTC"]);
    }

    #[test]
    fn the_most_wanted_language_that_is_offered_comes_first() {
        assert_suggests("lt, fr;q=0.3, ar;q=0.8, de;q=0", "", ["ar", "", "EUR", ""]);
        assert_suggests("*, ;q=1, en;q=x, fr;q=2", "", ["", "", "", ""]);
    }

    #[test]
    fn nothing_is_suggested_that_was_not_asked_for() {
        let browser = Browser { languages: vec!["de".into()], zone: None };
        let unasked = Question { suggest: None, ..question(Suggest::Language, &["en_US", "de_DE"]) };
        assert_eq!(browser.choice(&unasked), None);
    }

    #[test]
    fn every_country_of_the_table_has_a_code_and_no_zone_is_of_two() {
        let mut zones = std::collections::BTreeSet::new();
        let mut known = 0;
        for country in countries() {
            known += 1;
            assert!(country.code.len() == 2 && matches!(country.currency.len(), 0 | 3), "{country:?}");
            assert!(country.zones().all(|(zone, _)| zones.insert(zone)), "{country:?}");
        }
        assert_eq!(known, COUNTRIES.lines().count());
    }

    proptest! {
        #[test]
        fn whatever_a_browser_tells_only_what_is_offered_is_suggested(
            accept in prop_oneof!["[a-zA-Z*,;=.0-9 -]{0,200}", "\\PC{0,100}"],
            zone in prop_oneof!["[A-Za-z_/+-]{0,40}", "\\PC{0,100}"],
        ) {
            let mut headers = HeaderMap::new();
            for (name, text) in [(header::ACCEPT_LANGUAGE, accept), (header::COOKIE, format!("zone={zone}"))] {
                if let Ok(value) = http::HeaderValue::from_bytes(text.as_bytes()) {
                    headers.insert(name, value);
                }
            }
            let browser = Browser::of(&headers);
            for suggest in [Suggest::Language, Suggest::Country, Suggest::Currency, Suggest::TimeZone] {
                let question = question(suggest, &["de_DE", "DE", "EUR", "Europe/Berlin"]);
                let choice = browser.choice(&question);
                prop_assert!(choice.is_none_or(|key| question.choice(&key).is_some()));
            }
        }
    }
}
