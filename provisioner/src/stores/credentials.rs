//! The Secrets beside a Store: what the person typed, and the seed of the shop's own secrets.

use std::{collections::BTreeMap, fmt};

use k8s_openapi::{ByteString, api::core::v1::Secret};
use kube::api::ObjectMeta;
use store::{AdminPassword, NewStore, StoreId, mail::MailLogin};

use crate::{
    relay,
    resource::{COMPONENT_LABEL, MANAGED_BY_LABEL, MANAGER, STORE_LABEL, action::ActionId, hexadecimal},
};

/// Values of the component label: of what the page makes, of what the operator makes where there is no seed in what was given, and of what is
/// done once and then goes.
pub(crate) const CREDENTIALS: &str = "credentials";
pub(crate) const SEED_ALONE: &str = "seed";
pub(crate) const OF_ACTION: &str = "action";
pub(crate) const MAIL: &str = "mail";
pub(crate) const ISSUED: &str = "certificate";
/// The Secret's keys.
pub(crate) const ADMIN_USER: &str = "admin-user";
pub(crate) const ADMIN_EMAIL: &str = "admin-email";
pub(crate) const ADMIN_PASSWORD: &str = "admin-password";
pub(crate) const SEED: &str = "seed";
pub(crate) const NEW_PASSWORD: &str = "password";

/// What the shop's own secrets are derived from. It is not printed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Seed(String);

impl Seed {
    /// So many hexadecimal digits have 128 bits.
    pub(crate) const MIN_CHARS: usize = 32;

    /// 32 random bytes, hexadecimal.
    pub(crate) fn random() -> Self {
        Self(hexadecimal(&rand::random::<[u8; 32]>()))
    }

    /// Nothing if it could be guessed.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        (text.len() >= Self::MIN_CHARS).then(|| Self(text.to_owned()))
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(…)")
    }
}

pub(super) fn credentials(id: &StoreId, new: &NewStore) -> Secret {
    let seed = Seed::random();
    let always =
        [(ADMIN_EMAIL, new.email.as_str()), (ADMIN_PASSWORD, new.password.reveal()), (SEED, seed.reveal())];
    let user = new.user.as_ref().map(|user| (ADMIN_USER, user.as_str()));
    secret(id, id.credentials_secret(), CREDENTIALS, always.into_iter().chain(user))
}

/// A seed that stands by itself, for a store whose credentials somebody else wrote.
pub(crate) fn seed_alone(id: &StoreId, seed: &Seed) -> Secret {
    secret(id, id.seed_secret(), SEED_ALONE, [(SEED, seed.reveal())])
}

/// The password that an administrator is given, until they have it.
pub(super) fn new_password(id: &StoreId, action: &ActionId, password: &AdminPassword) -> Secret {
    secret(id, action.secret(id), OF_ACTION, [(NEW_PASSWORD, password.reveal())])
}

/// With what a mail server of the store's own lets it in: another Secret each time, since none can be changed.
pub(super) fn mail_login(id: &StoreId, login: &MailLogin) -> Secret {
    let (user, password) = login.reveal();
    let number = rand::random::<u64>();
    let name = format!("{}{number:016x}", id.mail_secrets());
    secret(id, name, MAIL, [(relay::USER, user), (relay::PASSWORD, password)])
}

/// For a certificate that outlives the store's namespace, which is still to be put into it.
pub(crate) fn certificate(id: &StoreId) -> Secret {
    secret(id, id.certificate_secret(), ISSUED, [])
}

/// Whether a Secret was made by the platform for that store, and so goes with it.
pub(crate) fn is_own(labels: &BTreeMap<String, String>, id: &StoreId) -> bool {
    let says = |key: &str, value: &str| labels.get(key).is_some_and(|found| found == value);
    says(MANAGED_BY_LABEL, MANAGER)
        && says(STORE_LABEL, id.as_str())
        && [CREDENTIALS, SEED_ALONE, OF_ACTION, MAIL, ISSUED]
            .into_iter()
            .any(|component| says(COMPONENT_LABEL, component))
}

fn secret<'a>(
    id: &StoreId,
    name: String,
    component: &str,
    data: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Secret {
    let data = data.into_iter().map(|(key, value)| (key.to_owned(), ByteString(value.as_bytes().to_vec())));
    let mut labels = labels(id);
    labels.insert(COMPONENT_LABEL.to_owned(), component.to_owned());
    Secret {
        metadata: ObjectMeta { name: Some(name), labels: Some(labels), ..ObjectMeta::default() },
        data: Some(data.collect()),
        immutable: Some(true),
        type_: Some("Opaque".to_owned()),
        ..Secret::default()
    }
}

pub(super) fn labels(id: &StoreId) -> BTreeMap<String, String> {
    [(STORE_LABEL, id.as_str()), (MANAGED_BY_LABEL, MANAGER)]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stores::create::tests::asked;

    #[test]
    fn each_store_has_a_seed_of_its_own() {
        let id = StoreId::parse("atelier-nord-x7k2q").unwrap();
        let seed = |secret: Secret| secret.data.unwrap()[SEED].0.clone();
        assert_eq!(seed(credentials(&id, &asked(1))).len(), 64);
        assert_ne!(seed(credentials(&id, &asked(1))), seed(credentials(&id, &asked(1))));
    }

    #[test]
    fn what_the_platform_made_for_a_store_goes_with_it_and_nothing_else() {
        let [id, other] = ["atelier-nord", "casa-verde"].map(|id| StoreId::parse(id).unwrap());
        let password = AdminPassword::parse("another horse battery").unwrap();
        for made in [
            credentials(&id, &asked(1)),
            seed_alone(&id, &Seed::random()),
            new_password(&id, &ActionId::random(), &password),
        ] {
            let mut labels = made.metadata.labels.unwrap();
            assert!(is_own(&labels, &id) && !is_own(&labels, &other));
            labels.insert(MANAGED_BY_LABEL.to_owned(), "Helm".to_owned());
            assert!(!is_own(&labels, &id));
        }
        assert!(!is_own(&BTreeMap::new(), &id) && !is_own(&super::labels(&id), &id));
    }

    #[test]
    fn a_seed_cannot_be_guessed_and_is_not_printed() {
        let seed = Seed::random();
        assert_eq!(Seed::parse(seed.reveal()), Some(seed.clone()));
        assert_eq!(Seed::parse("short"), None);
        assert!(!format!("{seed:?}").contains(seed.reveal()));
    }
}
