use std::fmt;

use serde::{Deserialize, Serialize};

/// How the backend names a thing: what can stand in an address as it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Id(String);

#[derive(Debug, thiserror::Error)]
#[error("{0:?} names nothing")]
pub(crate) struct NoId(String);

const MAX_LENGTH: usize = 64;

impl Id {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Id {
    type Error = NoId;

    fn try_from(text: String) -> Result<Self, NoId> {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if text.is_empty() || text.len() > MAX_LENGTH || !text.bytes().all(is_known) {
            return Err(NoId(text));
        }
        Ok(Self(text))
    }
}

impl std::str::FromStr for Id {
    type Err = NoId;

    fn from_str(text: &str) -> Result<Self, NoId> {
        text.to_owned().try_into()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_id_is_as_the_backend_writes_it() {
        assert!("cart_01KB0M3Q0ZJ4W6Y8T2V5X7A9BC".parse::<Id>().is_ok());
        for text in ["", "a/b", "a?b", "..", "a b", "é", "a%2f"] {
            assert!(text.parse::<Id>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_id_never_leads_to_another_address(text in any::<String>()) {
            if let Ok(id) = text.parse::<Id>() {
                let path: http::uri::PathAndQuery = format!("/store/carts/{id}").parse().unwrap();
                prop_assert_eq!(path.path(), format!("/store/carts/{text}"));
                prop_assert_eq!(path.query(), None);
            }
        }
    }
}
