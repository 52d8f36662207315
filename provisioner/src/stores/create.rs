//! How a store comes into being: its credentials Secret, then the Store. Both are only ever created, never read or changed.

use hmac::{Hmac, KeyInit, Mac};
use k8s_openapi::api::core::v1::Secret;
use kube::{
    Api, Client, ResourceExt,
    api::{ListParams, PostParams},
};
use sha2::Sha256;
use store::{AdminUser, NewStore, PersonId, Slug, StoreId, view::Ask};

use super::{
    StoresError, asks,
    credentials::{credentials, labels},
    places::Place,
    told,
};
use crate::resource::{
    Admin, FINALIZER, REQUEST_LABEL, REQUESTED_ANNOTATION, Store, StoreSpec, now, rfc3339,
};

/// Ids that one request may try. Two stores of one name meet once in 60 million, so the third is a sign of something else.
const TRIES: u32 = 5;

/// What only the platform's web processes know, so that an id shows nothing of the content it was made from.
#[derive(Clone)]
pub struct RequestKey([u8; 32]);

impl RequestKey {
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }
}

impl std::fmt::Debug for RequestKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RequestKey")
    }
}

pub(super) async fn create(
    client: &Client,
    namespace: &str,
    new: &NewStore,
    owner: &PersonId,
    key: &RequestKey,
    place: impl FnOnce() -> Result<Place, StoresError>,
) -> Result<StoreId, StoresError> {
    let secrets: Api<Secret> = Api::namespaced(client.clone(), namespace);
    let stores: Api<Store> = Api::namespaced(client.clone(), namespace);
    let slug = Slug::of(&new.name);
    let ids = (0..TRIES).map(|n| Ok(StoreId::new(&slug, bits(key, new, owner, n)?)));
    let ids: Vec<StoreId> = ids.collect::<Result<_, StoresError>>()?;
    let of_request = ListParams::default().labels(&format!("{REQUEST_LABEL}={}", new.request.as_str()));
    let sent = stores.list(&of_request).await.map_err(|error| told(error, &ids[0], "created"))?;
    if let Some(before) = sent.items.first() {
        return sent_before(before, &ids, owner);
    }
    let place = place()?;
    for id in &ids {
        // One that is there already is of this content, sent before, or another store's, which the Store then tells.
        created(secrets.create(&PostParams::default(), &credentials(id, new)).await)
            .map_err(|error| told(error, id, "created"))?;
        let is_new = created(stores.create(&PostParams::default(), &store(id, new, owner)).await)
            .map_err(|error| told(error, id, "created"))?;
        if is_new {
            place.keep(id);
            return Ok(id.clone());
        }
        let there = stores.get(id.as_str()).await.map_err(|error| told(error, id, "created"))?;
        if there.labels().get(REQUEST_LABEL).is_some_and(|request| request == new.request.as_str()) {
            return Ok(id.clone());
        }
    }
    Err(StoresError::Refused {
        sentence: "No free address was found for this name. Choose another name.".into(),
        detail: format!("{TRIES} ids of {slug} are taken"),
    })
}

/// The store of the same request, if its content was the same: then it has one of the ids that this content leads to.
fn sent_before(before: &Store, ids: &[StoreId], owner: &PersonId) -> Result<StoreId, StoresError> {
    let id = before.name_any();
    if let Some(same) = ids.iter().find(|same| same.as_str() == id) {
        return Ok(same.clone());
    }
    let is_theirs = before.spec.owner.as_deref() == Some(owner.as_str());
    match StoreId::parse(&id) {
        Ok(id) if is_theirs => Err(StoresError::SentBefore { name: before.spec.title.clone(), id }),
        _ => Err(StoresError::Refused {
            sentence: "This form was sent before by somebody else. Reload the page for a new one.".into(),
            detail: format!("the request of {id} came from {owner}"),
        }),
    }
}

/// Whether it was created; not if there is one of that name.
fn created<T>(result: Result<T, kube::Error>) -> Result<bool, kube::Error> {
    match result {
        Ok(_) => Ok(true),
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(false),
        Err(error) => Err(error),
    }
}

/// The suffix of the `n`th id that this content leads to. Other content leads to other ids, and so never to credentials that were made
/// for the content before.
fn bits(key: &RequestKey, new: &NewStore, owner: &PersonId, n: u32) -> Result<u64, StoresError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.0)
        .map_err(|error| StoresError::silent("created", error.to_string()))?;
    let NewStore { request, name, engine, plan, egress, options, email, user, password } = new;
    let asked = [
        request.as_str(),
        owner.as_str(),
        name.as_str(),
        engine.as_str(),
        plan.key(),
        egress.key(),
        email.as_str(),
        user.as_ref().map(AdminUser::as_str).unwrap_or_default(),
        password.reveal(),
    ];
    let options = options.iter().flat_map(|(name, key)| [name.as_str(), key.as_str()]);
    for part in asked.into_iter().chain(options) {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    mac.update(&n.to_be_bytes());
    Ok(mac.finalize().into_bytes().iter().take(8).fold(0, |bits, byte| bits << 8 | u64::from(*byte)))
}

fn store(id: &StoreId, new: &NewStore, owner: &PersonId) -> Store {
    let now = now();
    let spec = StoreSpec {
        title: new.name.as_str().to_owned(),
        engine: new.engine.as_str().to_owned(),
        plan: new.plan.key().to_owned(),
        admin: Admin {
            user: new.user.as_ref().map(|user| user.as_str().to_owned()),
            email: new.email.as_str().to_owned(),
        },
        credentials_ref: None,
        owner: Some(owner.to_string()),
        running: true,
        egress: Some(new.egress.key().to_owned()),
        safe_mode: false,
        mail: None,
        options: new.options.clone(),
    };
    let mut store = Store::new(id.as_str(), spec);
    let mut labels = labels(id);
    labels.insert(REQUEST_LABEL.to_owned(), new.request.as_str().to_owned());
    store.metadata.labels = Some(labels);
    let mut annotations = asks::asked(None, Ask::Creation, owner, now);
    annotations.insert(REQUESTED_ANNOTATION.to_owned(), rfc3339(now));
    store.metadata.annotations = Some(annotations);
    // From the start: a Store deleted before the operator saw it must still be cleaned up after.
    store.metadata.finalizers = Some(vec![FINALIZER.to_owned()]);
    store
}

#[cfg(test)]
pub(in crate::stores) mod tests {
    use store::{NewStoreForm, RequestId};

    use super::*;
    use crate::{config::tests::example, stores::credentials::ADMIN_PASSWORD};

    pub(in crate::stores) fn asked(request: u128) -> NewStore {
        NewStoreForm {
            request: RequestId::new(request).as_str().to_owned(),
            name: "Atelier Nord".into(),
            engine: "woocommerce".into(),
            plan: "small".into(),
            egress: String::new(),
            options: [("language".to_owned(), "de_DE".to_owned())].into(),
            email: "ada@atelier.example".into(),
            user: "ada".into(),
            password: "correct horse battery".into(),
        }
        .parse(&example().cards())
        .unwrap()
    }

    fn ada() -> PersonId {
        PersonId::parse("ada.l").unwrap()
    }

    #[test]
    fn the_same_content_always_leads_to_the_same_ids_and_any_other_to_others() {
        let key = RequestKey::new([7; 32]);
        let bits = |key: &RequestKey, new: &NewStore, owner: &str, n| {
            bits(key, new, &PersonId::parse(owner).unwrap(), n).unwrap()
        };
        let first = bits(&key, &asked(1), "ada", 0);
        assert_eq!(first, bits(&key, &asked(1), "ada", 0));
        let mut with_another_password = asked(1);
        with_another_password.password = store::AdminPassword::parse("another horse battery").unwrap();
        let mut in_another_language = asked(1);
        in_another_language.options.insert("language".to_owned(), "fr_FR".to_owned());
        let others = [
            bits(&key, &in_another_language, "ada", 0),
            bits(&key, &asked(1), "ada", 1),
            bits(&key, &asked(2), "ada", 0),
            bits(&key, &asked(1), "bo", 0),
            bits(&key, &with_another_password, "ada", 0),
            bits(&RequestKey::new([8; 32]), &asked(1), "ada", 0),
        ];
        assert!(others.iter().all(|other| *other != first), "{others:?}");
    }

    #[test]
    fn a_new_store_is_what_was_asked_for_and_cannot_vanish_unnoticed() {
        let id = StoreId::parse("atelier-nord-x7k2q").unwrap();
        let store = store(&id, &asked(1), &ada());
        let wanted = store.wanted(&example()).unwrap();
        assert_eq!((wanted.name.as_str(), wanted.retry), ("Atelier Nord", None));
        assert!(store.metadata.creation_timestamp.is_none() && now().since(wanted.created).0 < 60_000);
        assert_eq!(wanted.credentials, id.credentials_secret());
        assert_eq!(wanted.options["language"], "de_DE");
        assert_eq!(wanted.user.as_ref().map(AdminUser::as_str), Some("ada"));
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
