//! What stands in the Secret that a store's chart reads: what was given, and the shop's own secrets, derived from the store's seed so that
//! every repeat gives the same.

use std::{collections::BTreeMap, fmt::Write};

use engine::{Secret, secret::Source};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::stores::credentials::{ADMIN_EMAIL, ADMIN_PASSWORD, ADMIN_USER, SEED};

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The store's credentials are incomplete: {0} is missing. Delete the store and make it anew.")]
pub struct Incomplete(&'static str);

/// What the engine's keys hold, from the Secret that was made with the Store.
pub fn derived(
    secrets: &[Secret],
    given: &BTreeMap<String, Vec<u8>>,
) -> Result<BTreeMap<String, String>, Incomplete> {
    let text = |key: &'static str| {
        given
            .get(key)
            .and_then(|value| String::from_utf8(value.clone()).ok())
            .filter(|value| !value.is_empty())
            .ok_or(Incomplete(key))
    };
    let value = |secret: &Secret| match &secret.from {
        Source::User => text(ADMIN_USER),
        Source::Email => text(ADMIN_EMAIL),
        Source::Password => text(ADMIN_PASSWORD),
        Source::Seed { prefix, digits } => {
            let keyed = keyed(text(SEED)?.as_bytes(), &secret.key).ok_or(Incomplete(SEED))?;
            Ok(format!("{prefix}{}", keyed.get(..*digits).unwrap_or(&keyed)))
        }
    };
    secrets.iter().map(|secret| Ok((secret.key.clone(), value(secret)?))).collect()
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
    use crate::config::tests::{engine_of, example};

    fn given(seed: &str) -> BTreeMap<String, Vec<u8>> {
        [(ADMIN_USER, "ada"), (ADMIN_EMAIL, "a@b.example"), (ADMIN_PASSWORD, "p"), (SEED, seed)]
            .map(|(key, value)| (key.to_owned(), value.as_bytes().to_vec()))
            .into()
    }

    fn derived(given: &BTreeMap<String, Vec<u8>>) -> Result<BTreeMap<String, String>, Incomplete> {
        super::derived(&engine_of(&mut example()).definition.secrets, given)
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
    fn what_a_store_was_made_with_is_derived_for_ever() {
        let secrets = derived(&given("00ff")).unwrap();
        assert_eq!(secrets["admin-user"], "ada");
        assert_eq!(
            secrets["database-password"],
            "ca984931002d51c21247a4679277927d0e8fe9bb1773731959cdaf4d97786ea6"
        );
        assert_eq!(
            secrets["database-root-password"],
            "045f5c82fd1f8879b1206d064b19589ff97cfe6b2b7d6ba761e209173874e225"
        );
        assert_eq!(secrets["auth-key"], "1b4e80b6ac2a616b38ff27baf728b88d8a802e1378f2be59153cb742e339d378");
    }

    #[test]
    fn a_key_may_begin_as_its_program_wants_it() {
        let from = Source::Seed { prefix: "pk_".to_owned(), digits: 40 };
        let secret = Secret { key: "auth-key".to_owned(), from };
        let key = super::derived(&[secret], &given("one")).unwrap().remove("auth-key").unwrap();
        assert_eq!(key.strip_prefix("pk_"), derived(&given("one")).unwrap()["auth-key"].get(..40));
    }

    #[test]
    fn the_seed_itself_does_not_reach_the_store() {
        assert!(!derived(&given("one")).unwrap().values().any(|value| value.contains("one")));
    }

    #[test]
    fn what_is_missing_is_named() {
        let mut incomplete = given("one");
        incomplete.remove(ADMIN_PASSWORD);
        assert_eq!(derived(&incomplete), Err(Incomplete(ADMIN_PASSWORD)));
    }
}
