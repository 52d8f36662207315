//! How a store is identified: the id, and the namespace, release, host and address that follow from it.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::Slug;

/// The name of the Store resource: an RFC 1123 label, short enough that `store-<id>` is a helm release name. The page makes
/// `<slug>-<suffix>`; who writes a Store by hand calls it what they like.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StoreId(Arc<str>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "This is not a store's id. An id has up to {max} lower-case letters, digits and dashes, such as “atelier-nord”.",
    max = StoreId::MAX_CHARS
)]
pub struct StoreIdError;

impl StoreId {
    /// Characters of the suffix: 36^5 = 60 million ids for one slug.
    pub const SUFFIX_CHARS: usize = 5;
    /// Helm takes 53 for a release, and `store-` comes first.
    pub const MAX_CHARS: usize = 47;
    /// Where the page has its form for a new store, each store's own page would be.
    pub const RESERVED: &str = "new";

    /// The id of a store whose suffix is drawn from `bits`. The same slug and bits give the same id.
    pub fn new(slug: &Slug, bits: u64) -> Self {
        const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        let mut rest = bits;
        let suffix: String = std::iter::repeat_with(|| {
            let digit = DIGITS[(rest % 36) as usize];
            rest /= 36;
            char::from(digit)
        })
        .take(Self::SUFFIX_CHARS)
        .collect();
        Self(format!("{slug}-{suffix}").into())
    }

    pub fn parse(text: &str) -> Result<Self, StoreIdError> {
        let is_plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let fits = text.bytes().all(|byte| is_plain(&byte) || byte == b'-');
        let edges = [text.as_bytes().first(), text.as_bytes().last()];
        let well_formed = text.len() <= Self::MAX_CHARS
            && fits
            && edges.into_iter().all(|edge| edge.is_some_and(is_plain))
            && text != Self::RESERVED;
        if !well_formed {
            return Err(StoreIdError);
        }
        Ok(Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The namespace that holds all of the store.
    pub fn namespace(&self) -> String {
        format!("store-{}", self.0)
    }

    /// The helm release: named as the namespace, since there is one in each.
    pub fn release(&self) -> String {
        self.namespace()
    }

    /// The Secret beside the Store resource that carries what the person typed, unless the Store names another.
    pub fn credentials_secret(&self) -> String {
        format!("store-{}-credentials", self.0)
    }

    /// The Secret beside it that the operator makes where none of the given ones has a seed.
    pub fn seed_secret(&self) -> String {
        format!("store-{}-seed", self.0)
    }

    /// The Secret beside it with a certificate that was issued for it before a try failed.
    pub fn certificate_secret(&self) -> String {
        format!("store-{}-certificate", self.0)
    }

    /// What the names of the Secrets begin with that have user and password for a mail server of its own: a new one each time.
    pub fn mail_secrets(&self) -> String {
        format!("store-{}-mail-", self.0)
    }

    pub fn host(&self, domain_suffix: &str) -> String {
        format!("store-{}.{domain_suffix}", self.0)
    }
}

impl fmt::Display for StoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for StoreId {
    type Err = StoreIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for StoreId {
    type Error = StoreIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<StoreId> for String {
    fn from(id: StoreId) -> Self {
        id.as_str().to_owned()
    }
}

/// Names one filling of the form, so that a double click or a retried POST is one store: 32 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RequestId(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The form has lost its request id. Reload the page and try again.")]
pub struct RequestIdError;

impl RequestId {
    pub fn new(bits: u128) -> Self {
        Self(format!("{bits:032x}"))
    }

    pub fn parse(text: &str) -> Result<Self, RequestIdError> {
        let well_formed =
            text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if !well_formed {
            return Err(RequestIdError);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RequestId {
    type Error = RequestIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<RequestId> for String {
    fn from(id: RequestId) -> Self {
        id.0
    }
}

/// How shops are reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    Http,
    Https,
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "http",
            Self::Https => "https",
        })
    }
}

/// Where a shop is: scheme and host, no path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    pub scheme: Scheme,
    pub host: String,
}

impl Address {
    /// The shop's front page, without a slash at the end.
    pub fn shop(&self) -> String {
        format!("{}://{}", self.scheme, self.host)
    }

    /// A page below it.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.shop())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{StoreName, sent::sent};

    proptest! {
        #[test]
        fn whatever_is_sent_is_read_and_an_id_is_a_label(text in sent()) {
            let _read = RequestId::parse(&text);
            if let Ok(id) = StoreId::parse(&text) {
                prop_assert_eq!(id.as_str(), text);
                prop_assert!(id.as_str().bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
            }
        }

        #[test]
        fn every_made_id_parses_and_its_release_fits_helm(name in "[ -~]{1,60}", bits in any::<u64>()) {
            let Some(slug) = StoreName::parse(&name).ok().and_then(|name| Slug::of_ascii(&name)) else { return Ok(()) };
            let id = StoreId::new(&slug, bits);
            prop_assert_eq!(StoreId::parse(id.as_str()), Ok(id.clone()));
            prop_assert!(id.release().len() <= 53);
        }
    }

    #[test]
    fn what_could_leave_a_namespace_or_a_shell_is_no_id() {
        for text in [
            "",
            "-",
            "-x7k2q",
            "x7k2q-",
            "a/../b-x7k2q",
            "..",
            "a.b",
            "A-x7k2q",
            "a b-x7k2q",
            "ä",
            "a\n",
            "new",
            &"a".repeat(48),
        ] {
            assert_eq!(StoreId::parse(text), Err(StoreIdError), "{text}");
        }
    }

    #[test]
    fn by_hand_a_store_is_called_by_any_label_whose_release_fits_helm() {
        for text in ["a", "7", "shop", "atelier-nord", "a--b", "newer", &"a".repeat(47)] {
            let id = StoreId::parse(text).unwrap();
            assert!(id.as_str() == text && id.release().len() <= 53, "{text}");
        }
    }

    #[test]
    fn namespace_release_and_host_follow_from_the_id() {
        let id = StoreId::parse("atelier-nord-x7k2q").unwrap();
        assert_eq!(id.namespace(), "store-atelier-nord-x7k2q");
        assert_eq!(id.release(), id.namespace());
        assert_eq!(id.host("localhost"), "store-atelier-nord-x7k2q.localhost");
    }
}
