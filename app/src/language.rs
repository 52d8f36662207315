//! In which language whoever looks at a page is told what it says: what was chosen, or else what the browser prefers.

use store::Language;

/// That of this page.
#[cfg(feature = "ssr")]
pub fn language() -> Language {
    leptos::prelude::use_context().unwrap_or_default()
}

#[cfg(not(feature = "ssr"))]
pub fn language() -> Language {
    crate::browser::language()
}

/// That of the two which is in this page's language.
pub fn say<T>(english: T, german: T) -> T {
    language().of(english, german)
}

#[cfg(feature = "ssr")]
pub use asked::{COOKIE, asked};
#[cfg(feature = "ssr")]
pub(crate) use asked::{cookie, wanted};

#[cfg(feature = "ssr")]
mod asked {
    use http::{HeaderMap, header};
    use store::Language;

    /// In which the choice is kept.
    pub const COOKIE: &str = "language";
    /// More languages than anybody speaks.
    const MAX_LANGUAGES: usize = 20;

    /// What a request's browser is answered in.
    pub fn asked(headers: &HeaderMap) -> Language {
        let chosen = cookie(headers, COOKIE).and_then(Language::parse);
        let preferred = || wanted(headers).iter().find_map(|tag| Language::parse(tag));
        chosen.or_else(preferred).unwrap_or_default()
    }

    pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs =
            cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Tags such as `de-at` in the order in which the browser wants them, in lower case.
    pub(crate) fn wanted(headers: &HeaderMap) -> Vec<String> {
        let texts = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
        let mut wanted: Vec<(u16, String)> = texts
            .flat_map(|text| text.split(','))
            .take(MAX_LANGUAGES)
            .filter_map(|entry| {
                let (tag, quality) = entry.split_once(';').unwrap_or((entry, ""));
                let quality =
                    quality.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.parse::<f32>().ok())?;
                let tag = tag.trim().to_ascii_lowercase();
                let is_tag =
                    !tag.is_empty() && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
                // In thousandths, as it is written.
                (is_tag && (0.001..=1.0).contains(&quality)).then_some(((quality * 1000.0) as u16, tag))
            })
            .collect();
        // Stable: of two that are wanted alike, the first comes first.
        wanted.sort_by_key(|(quality, _)| std::cmp::Reverse(*quality));
        wanted.into_iter().map(|(_, tag)| tag).collect()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn answered(accept: &str, cookie: &str) -> Language {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
            headers.insert(header::COOKIE, cookie.parse().unwrap());
            asked(&headers)
        }

        #[test]
        fn a_browser_is_answered_in_the_first_of_its_languages_that_there_is() {
            assert_eq!(answered("de-AT, en;q=0.9", ""), Language::German);
            assert_eq!(answered("en;q=0.5, de;q=0.4", ""), Language::English);
            assert_eq!(answered("fr, de;q=0.2, en;q=0.1", ""), Language::German);
            assert_eq!(answered("fr, *", ""), Language::English);
            assert_eq!(answered("de;q=0", ""), Language::English);
        }

        #[test]
        fn what_was_chosen_counts_whatever_the_browser_prefers() {
            assert_eq!(answered("en", "zone=Europe/Berlin; language=de"), Language::German);
            assert_eq!(answered("de", "language=en"), Language::English);
            assert_eq!(answered("de", "language=klingon"), Language::German);
        }
    }
}
