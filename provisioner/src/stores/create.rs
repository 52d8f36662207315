//! How a store comes into being: its credentials Secret, then the Store. Both are only ever created, never read or changed.

use k8s_openapi::api::core::v1::Secret;
use kube::{Api, Client, api::PostParams};
use sha2::{Digest, Sha256};
use store::{NewStore, PersonId, RequestId, Slug, StoreId};

use super::{
    StoresError,
    credentials::{credentials, labels},
    told,
};
use crate::resource::{Admin, FINALIZER, Store, StoreSpec, now, rfc3339};

/// Ids that one request may try. Two stores of one name meet once in 60 million, so the third is a sign of something else.
const TRIES: u32 = 5;

pub(super) async fn create(
    client: &Client,
    namespace: &str,
    new: &NewStore,
    owner: &PersonId,
) -> Result<StoreId, StoresError> {
    let secrets: Api<Secret> = Api::namespaced(client.clone(), namespace);
    let stores: Api<Store> = Api::namespaced(client.clone(), namespace);
    let slug = Slug::of(&new.name);
    for n in 0..TRIES {
        let id = StoreId::new(&slug, bits(&new.request, n));
        // One that is there already is this request's, sent before, or another store's, which the Store then tells.
        created(secrets.create(&PostParams::default(), &credentials(&id, new)).await)
            .map_err(|error| told(error, &id, "created"))?;
        let is_new = created(stores.create(&PostParams::default(), &store(&id, new, owner)).await)
            .map_err(|error| told(error, &id, "created"))?;
        if is_new {
            return Ok(id);
        }
        let there = stores.get(id.as_str()).await.map_err(|error| told(error, &id, "created"))?;
        if there.spec.request_id == new.request.as_str() {
            return Ok(id);
        }
    }
    Err(StoresError::Refused {
        sentence: "No free address was found for this name. Choose another name.".into(),
        detail: format!("{TRIES} ids of {slug} are taken"),
    })
}

/// Whether it was created; not if there is one of that name.
fn created<T>(result: Result<T, kube::Error>) -> Result<bool, kube::Error> {
    match result {
        Ok(_) => Ok(true),
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(false),
        Err(error) => Err(error),
    }
}

/// The suffix of the `n`th id that a request tries.
fn bits(request: &RequestId, n: u32) -> u64 {
    let digest = Sha256::new().chain_update(request.as_str()).chain_update(n.to_be_bytes()).finalize();
    digest.iter().take(8).fold(0, |bits, byte| bits << 8 | u64::from(*byte))
}

fn store(id: &StoreId, new: &NewStore, owner: &PersonId) -> Store {
    let spec = StoreSpec {
        name: new.name.as_str().to_owned(),
        engine: new.engine.key().to_owned(),
        plan: new.plan.key().to_owned(),
        admin: Admin { user: new.user.as_str().to_owned(), email: new.email.as_str().to_owned() },
        owner: Some(owner.to_string()),
        request_id: new.request.as_str().to_owned(),
        attempt: 1,
        requested_at: Some(rfc3339(now())),
    };
    let mut store = Store::new(id.as_str(), spec);
    store.metadata.labels = Some(labels(id));
    // From the start: a Store deleted before the operator saw it must still be cleaned up after.
    store.metadata.finalizers = Some(vec![FINALIZER.to_owned()]);
    store
}

#[cfg(test)]
pub(in crate::stores) mod tests {
    use store::NewStoreForm;

    use super::*;
    use crate::stores::credentials::ADMIN_PASSWORD;

    pub(in crate::stores) fn asked(request: u128) -> NewStore {
        NewStoreForm {
            request: RequestId::new(request).as_str().to_owned(),
            name: "Atelier Nord".into(),
            engine: "woocommerce".into(),
            plan: "small".into(),
            email: "ada@atelier.example".into(),
            user: "ada".into(),
            password: "correct horse battery".into(),
        }
        .parse()
        .unwrap()
    }

    fn ada() -> PersonId {
        PersonId::parse("ada.l").unwrap()
    }

    #[test]
    fn one_request_always_tries_the_same_ids_and_two_requests_do_not() {
        let request = |n| RequestId::new(n);
        assert_eq!(bits(&request(1), 0), bits(&request(1), 0));
        assert_ne!(bits(&request(1), 0), bits(&request(1), 1));
        assert_ne!(bits(&request(1), 0), bits(&request(2), 0));
    }

    #[test]
    fn a_new_store_is_what_was_asked_for_and_cannot_vanish_unnoticed() {
        let id = StoreId::parse("atelier-nord-x7k2q").unwrap();
        let store = store(&id, &asked(1), &ada());
        let wanted = store.wanted().unwrap();
        assert_eq!((wanted.name.as_str(), wanted.user.as_str(), wanted.attempt), ("Atelier Nord", "ada", 1));
        assert_eq!(wanted.owner, Some(ada()));
        assert_eq!(store.metadata.finalizers.as_deref(), Some(&[FINALIZER.to_owned()][..]));
    }

    #[test]
    fn the_password_is_in_the_secret_and_nowhere_else() {
        let id = StoreId::parse("atelier-nord-x7k2q").unwrap();
        let new = asked(1);
        let secret = credentials(&id, &new);
        assert_eq!(secret.data.as_ref().unwrap()[ADMIN_PASSWORD].0, b"correct horse battery");
        assert!(!serde_json::to_string(&store(&id, &new, &ada())).unwrap().contains("horse"));
    }
}
