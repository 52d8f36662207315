//! What countries and currencies are called, so that an engine only lists which of them there are. As the Unicode CLDR has it, but for a few
//! names that are hard to find in a list.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;
use store::Text;

/// Choices that have names of their own by their codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Names {
    /// By ISO 3166, and Kosovo's.
    Countries,
    /// By ISO 4217.
    Currencies,
}

/// Read once: the texts of all engines are these.
static COUNTRIES: LazyLock<BTreeMap<&str, Text>> =
    LazyLock::new(|| table(include_str!("names/countries.tsv"), |_, name| name.to_owned()));
static CURRENCIES: LazyLock<BTreeMap<&str, Text>> =
    LazyLock::new(|| table(include_str!("names/currencies.tsv"), |code, name| format!("{name} ({code})")));

impl Names {
    /// Nothing where the code is of none that there is.
    pub(crate) fn of(self, code: &str) -> Option<Text> {
        let table = match self {
            Self::Countries => &COUNTRIES,
            Self::Currencies => &CURRENCIES,
        };
        table.get(code).cloned()
    }

    /// By what they are listed.
    pub(crate) fn codes(self) -> &'static str {
        match self {
            Self::Countries => "a country's code by ISO 3166, such as DE",
            Self::Currencies => "a currency's code by ISO 4217, such as EUR",
        }
    }
}

/// Of lines that have a code, the name in English and the name in German.
fn table(lines: &'static str, called: fn(&str, &str) -> String) -> BTreeMap<&'static str, Text> {
    let named = |line: &'static str| {
        let mut columns = line.split('\t');
        let code = columns.next()?;
        let mut name = || columns.next().map(|name| called(code, name));
        Some((code, Text::new(name()?, Some(name()?))))
    };
    lines.lines().filter_map(named).collect()
}

#[cfg(test)]
mod tests {
    use store::Language;

    use super::*;

    #[test]
    fn what_has_a_code_is_called_by_its_name_in_each_language() {
        let called = |names: Names, code: &str| {
            let text = names.of(code).unwrap();
            Language::ALL.map(|language| text.told(language).0.to_owned())
        };
        assert_eq!(called(Names::Countries, "AT"), ["Austria", "Österreich"]);
        assert_eq!(called(Names::Countries, "HK"), ["Hong Kong", "Hongkong"]);
        assert_eq!(called(Names::Currencies, "EUR"), ["Euro (EUR)", "Euro (EUR)"]);
        assert_eq!(called(Names::Currencies, "CHF"), ["Swiss Franc (CHF)", "Schweizer Franken (CHF)"]);
        assert_eq!((Names::Countries.of("EUR"), Names::Currencies.of("")), (None, None));
    }

    #[test]
    fn each_line_has_a_code_and_a_name_in_each_language_and_no_name_stands_twice() {
        for (lines, table, length) in [
            (include_str!("names/countries.tsv"), &COUNTRIES, 2),
            (include_str!("names/currencies.tsv"), &CURRENCIES, 3),
        ] {
            assert_eq!(table.len(), lines.lines().count());
            let mut names = std::collections::BTreeSet::new();
            for (code, text) in table.iter() {
                assert!(code.len() == length && code.bytes().all(|byte| byte.is_ascii_uppercase()), "{code}");
                for language in Language::ALL {
                    let (name, of) = text.told(language);
                    let is_one_line = name.trim() == name && !name.contains(char::is_control);
                    assert!(of == language && is_one_line && name.chars().count() <= 60, "{code}: {name}");
                    assert!(names.insert((language.key(), name)), "{code}: {name}");
                }
            }
            assert!(lines.lines().is_sorted());
        }
    }
}
