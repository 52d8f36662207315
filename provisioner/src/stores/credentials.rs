//! The Secret beside a Store: what the person typed, and the seed of the shop's own secrets.

use std::collections::BTreeMap;

use k8s_openapi::{ByteString, api::core::v1::Secret};
use kube::api::ObjectMeta;
use store::{NewStore, StoreId};

use crate::resource::{COMPONENT_LABEL, MANAGED_BY_LABEL, MANAGER, STORE_LABEL};

/// Value of the component label of a credentials Secret.
pub(crate) const CREDENTIALS: &str = "credentials";
/// The Secret's keys.
pub(crate) const ADMIN_USER: &str = "admin-user";
pub(crate) const ADMIN_EMAIL: &str = "admin-email";
pub(crate) const ADMIN_PASSWORD: &str = "admin-password";
/// 32 random bytes, hexadecimal: what the shop's own secrets are derived from.
pub(crate) const SEED: &str = "seed";

pub(super) fn credentials(id: &StoreId, new: &NewStore) -> Secret {
    let seed: String = rand::random::<[u8; 32]>().iter().map(|byte| format!("{byte:02x}")).collect();
    let always =
        [(ADMIN_EMAIL, new.email.as_str()), (ADMIN_PASSWORD, new.password.reveal()), (SEED, seed.as_str())];
    let user = new.user.as_ref().map(|user| (ADMIN_USER, user.as_str()));
    let data = always
        .into_iter()
        .chain(user)
        .map(|(key, value)| (key.to_owned(), ByteString(value.as_bytes().to_vec())));
    let mut labels = labels(id);
    labels.insert(COMPONENT_LABEL.to_owned(), CREDENTIALS.to_owned());
    Secret {
        metadata: ObjectMeta {
            name: Some(id.credentials_secret()),
            labels: Some(labels),
            ..ObjectMeta::default()
        },
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
}
