//! What the shop's own secrets are: derived from the store's seed, so that every repeat gives the same.

use std::{collections::BTreeMap, fmt::Write};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::stores::credentials::{ADMIN_EMAIL, ADMIN_PASSWORD, ADMIN_USER, SEED};

/// Keys of the Secret in the store's namespace whose values are derived.
const DERIVED: [&str; 3] = ["database-password", "database-root-password", "auth-key"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The store's credentials are incomplete: {0} is missing. Delete the store and make it anew.")]
pub struct Incomplete(&'static str);

/// The content of the Secret `credentials` from that of the Secret that was made with the Store.
pub fn derived(given: &BTreeMap<String, Vec<u8>>) -> Result<BTreeMap<String, String>, Incomplete> {
    let text = |key: &'static str| {
        given
            .get(key)
            .and_then(|value| String::from_utf8(value.clone()).ok())
            .filter(|value| !value.is_empty())
            .ok_or(Incomplete(key))
    };
    let mut secrets = BTreeMap::new();
    for key in [ADMIN_USER, ADMIN_EMAIL, ADMIN_PASSWORD] {
        secrets.insert(key.to_owned(), text(key)?);
    }
    let seed = text(SEED)?;
    for label in DERIVED {
        secrets.insert(label.to_owned(), keyed(seed.as_bytes(), label).ok_or(Incomplete(SEED))?);
    }
    Ok(secrets)
}

fn keyed(seed: &[u8], label: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(seed).ok()?;
    mac.update(label.as_bytes());
    let mut text = String::with_capacity(64);
    for byte in mac.finalize().into_bytes() {
        write!(text, "{byte:02x}").ok()?;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(seed: &str) -> BTreeMap<String, Vec<u8>> {
        [(ADMIN_USER, "ada"), (ADMIN_EMAIL, "a@b.example"), (ADMIN_PASSWORD, "p"), (SEED, seed)]
            .map(|(key, value)| (key.to_owned(), value.as_bytes().to_vec()))
            .into()
    }

    #[test]
    fn repeats_give_the_same_and_labels_and_seeds_do_not() {
        let first = derived(&given("one")).unwrap();
        assert_eq!(first, derived(&given("one")).unwrap());
        assert_ne!(first["database-password"], first["database-root-password"]);
        assert_ne!(first["auth-key"], derived(&given("two")).unwrap()["auth-key"]);
        assert_eq!(first["auth-key"].len(), 64);
    }

    #[test]
    fn the_seed_itself_does_not_reach_the_store() {
        assert!(!derived(&given("one")).unwrap().values().any(|value| value == "one"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let mut incomplete = given("one");
        incomplete.remove(ADMIN_PASSWORD);
        assert_eq!(derived(&incomplete), Err(Incomplete(ADMIN_PASSWORD)));
    }
}
