//! What is asked of several stores at once: each of them is asked for it as it would be alone, and tells by itself why not.

use futures::{StreamExt, stream};
use leptos::{prelude::*, reactive::computed::ScopedFuture};
use provisioner::stores::{Stores, StoresError};
use store::{Phase, Selected, StoreId, StoreView, Verb, Wish};

use super::answer::{change_store, delete_store, refused, retry_store};
use crate::{
    error::ApiError,
    guard::{Asking, Granted, granted},
    language::language,
    texts::selected as texts,
};

/// How many the cluster is asked about at a time.
const AT_ONCE: usize = 8;

/// What became of one of them.
#[derive(Clone, Debug)]
pub struct Told<T> {
    pub id: StoreId,
    /// What it is called, to whoever sees it.
    pub name: Option<String>,
    pub became: Result<T, ApiError>,
}

/// Asks for it. Nothing is left out where somebody hangs up meanwhile, for as long as the process lives.
pub async fn ask(asking: &Asking, stores: &Stores, verb: Verb, of: Vec<Selected>) -> Vec<Told<()>> {
    each(asking, stores, of, move |store| one(verb, store)).await
}

/// Which of them whoever asks could delete, each as it is at this moment.
pub async fn deletable(asking: &Asking, stores: &Stores, of: Vec<Selected>) -> Vec<Told<StoreView>> {
    each(asking, stores, of, would_go).await
}

async fn one(verb: Verb, Selected { id, name }: Selected) -> Result<(), ApiError> {
    let id = id.as_str();
    match verb {
        Verb::Suspend => change_store(id, Wish::Suspend.key()).await,
        Verb::Resume => change_store(id, Wish::Resume.key()).await,
        Verb::Retry => retry_store(id).await,
        Verb::Delete => delete_store(id, &name).await.map_err(|error| match error {
            ApiError::WrongName(_) => ApiError::Conflict(texts::other_name().into()),
            error => error,
        }),
    }
}

async fn would_go(Selected { id, .. }: Selected) -> Result<StoreView, ApiError> {
    let Granted { stores, .. } = granted()?.changing(&id).await?;
    let view = stores.find(&id).await.map_err(refused)?;
    let view = view.ok_or_else(|| refused(StoresError::NotFound(id)))?;
    if view.summary.phase == Phase::Deleting {
        return Err(ApiError::Conflict(texts::going().into()));
    }
    Ok(view)
}

/// Does it to each, a few at a time, in the place of whoever asks.
async fn each<T, F>(
    asking: &Asking,
    stores: &Stores,
    of: Vec<Selected>,
    deal: impl Fn(Selected) -> F + Send + 'static,
) -> Vec<Told<T>>
where
    T: Send + 'static,
    F: Future<Output = Result<T, ApiError>> + Send + 'static,
{
    let ids: Vec<StoreId> = of.iter().map(|store| store.id.clone()).collect();
    let deals = Owner::new().with(|| {
        provide_context(asking.clone());
        provide_context(stores.clone());
        provide_context(language());
        ScopedFuture::new(stream::iter(of).map(deal).buffered(AT_ONCE).collect::<Vec<_>>())
    });
    // It is left to itself, so that it is done to its end.
    let became = tokio::spawn(deals).await.unwrap_or_else(|error| {
        tracing::error!(%error, "what was asked of several stores broke off");
        ids.iter().map(|_| Err(ApiError::Internal)).collect()
    });
    let person = asking.person();
    let snapshot = stores.snapshot();
    let named = |id: StoreId, became| {
        let row = snapshot.row_once(&id);
        let row = row.filter(|row| person.as_ref().is_some_and(|person| person.sees(row.owner.as_ref())));
        Told { name: row.map(|row| row.name.to_string()), id, became }
    };
    ids.into_iter().zip(became).map(|(id, became)| named(id, became)).collect()
}
