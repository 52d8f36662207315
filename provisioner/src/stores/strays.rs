//! Namespaces whose Store is gone: found by the operator, told in its Lease since web may see no namespace, and removed when an admin says so.

use std::collections::BTreeMap;

use k8s_openapi::api::coordination::v1::Lease;
use kube::{
    Api, Client, ResourceExt,
    api::{DeleteParams, PostParams, Preconditions},
};
use store::{PersonId, PlanName, StoreId, view::Ask};

use super::{StoresError, asks, credentials::labels, told};
use crate::{
    config::Config,
    resource::{Admin, FINALIZER, REMOVAL_ONLY_ANNOTATION, Store, StoreSpec, now},
};

const ANNOTATION: &str = "storeyard.dev/namespaces-without-store";
/// More than a page shows, and less than an annotation holds.
const MAX: usize = 100;

pub(crate) fn told_in_lease(ids: &[StoreId]) -> BTreeMap<String, String> {
    let ids: Vec<&str> = ids.iter().take(MAX).map(StoreId::as_str).collect();
    [(ANNOTATION.to_owned(), ids.join(" "))].into()
}

pub(super) fn read_in_lease(lease: &Lease) -> Vec<StoreId> {
    let text = lease.annotations().get(ANNOTATION).map(String::as_str).unwrap_or_default();
    text.split_whitespace().filter_map(|id| StoreId::parse(id).ok()).collect()
}

/// Removes the namespace as every other one is removed: by a Store of its name that is deleted. That Store is for nothing else.
pub(super) async fn remove(
    client: &Client,
    config: &Config,
    id: &StoreId,
    by: &PersonId,
) -> Result<(), StoresError> {
    let stores: Api<Store> = Api::namespaced(client.clone(), &config.namespace);
    let made = stores
        .create(&PostParams::default(), &store(id, by, config))
        .await
        .map_err(|error| told(error, id, "removed"))?;
    let only_this = Preconditions { uid: made.uid(), resource_version: None };
    let params = DeleteParams { preconditions: Some(only_this), ..DeleteParams::default() };
    stores.delete(id.as_str(), &params).await.map_err(|error| told(error, id, "removed"))?;
    Ok(())
}

/// What it is made of is not known any more, and one that is offered is understood.
fn store(id: &StoreId, by: &PersonId, config: &Config) -> Store {
    let card = config.cards().into_iter().next();
    let plan = card.as_ref().and_then(|card| Some(card.plans.first()?.name));
    let spec = StoreSpec {
        title: id.as_str().to_owned(),
        engine: card.map(|card| card.key.to_string()).unwrap_or_default(),
        plan: plan.unwrap_or(PlanName::Small).key().to_owned(),
        admin: Admin { user: Some("nobody".to_owned()), email: "nobody@example.invalid".to_owned() },
        credentials_ref: None,
        owner: Some(by.to_string()),
        running: true,
        egress: None,
        safe_mode: false,
        mail: None,
        options: store::Options::new(),
    };
    let mut store = Store::new(id.as_str(), spec);
    store.metadata.labels = Some(labels(id));
    let mut annotations = asks::asked(None, Ask::Deletion, by, now());
    annotations.insert(REMOVAL_ONLY_ANNOTATION.to_owned(), "true".to_owned());
    store.metadata.annotations = Some(annotations);
    store.metadata.finalizers = Some(vec![FINALIZER.to_owned()]);
    store
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::example;

    #[test]
    fn what_the_operator_tells_is_what_web_reads() {
        let ids: Vec<StoreId> = ["a-00000", "b-00000"].map(|id| StoreId::parse(id).unwrap()).into();
        let mut lease = Lease::default();
        assert!(read_in_lease(&lease).is_empty());
        lease.metadata.annotations = Some(told_in_lease(&ids));
        assert_eq!(read_in_lease(&lease), ids);
    }

    #[test]
    fn the_store_that_removes_is_one_that_can_be_read() {
        let config = example();
        let store = store(&StoreId::parse("a-00000").unwrap(), &PersonId::parse("ada").unwrap(), &config);
        assert!(store.wanted(&config).is_ok());
    }
}
