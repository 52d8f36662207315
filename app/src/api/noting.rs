//! Has it recorded who asked for what, and how that ended.

use access::audit::{Deed, Entry, Outcome};
use leptos::prelude::*;
use store::{PersonId, StoreId};

use crate::{api::answer::now, error::ApiError, guard::Asking};

/// What is asked for, until it has ended. Whoever hangs up meanwhile is recorded all the same.
struct Noting {
    asking: Asking,
    who: PersonId,
    what: Deed,
    store: Option<StoreId>,
    to: Option<&'static str>,
    /// Nothing where there is nothing to record.
    outcome: Option<Outcome>,
}

impl Drop for Noting {
    fn drop(&mut self) {
        let Some(outcome) = self.outcome else { return };
        let mut entry = Entry::new(Some(self.who.clone()), self.what, outcome, self.asking.from);
        entry.to = self.to.map(str::to_owned);
        self.asking.access.journal().note(entry.of_store(self.store.clone()), now());
    }
}

/// Does it to the store of that id.
pub(super) async fn noted<T>(
    what: Deed,
    store: &str,
    doing: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, ApiError> {
    noted_to(what, store, None, doing).await
}

/// `to` is a word of what it is to become.
pub(super) async fn noted_to<T>(
    what: Deed,
    store: &str,
    to: Option<&'static str>,
    doing: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, ApiError> {
    let store = StoreId::parse(store).ok();
    note(what, to, |_: &T| store.clone(), store.clone(), doing).await
}

/// Does what a store comes of.
pub(super) async fn noted_of<T>(
    what: Deed,
    store: impl FnOnce(&T) -> StoreId,
    doing: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, ApiError> {
    note(what, None, |made| Some(store(made)), None, doing).await
}

async fn note<T>(
    what: Deed,
    to: Option<&'static str>,
    made: impl FnOnce(&T) -> Option<StoreId>,
    store: Option<StoreId>,
    doing: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, ApiError> {
    let asking = use_context::<Asking>();
    // Nobody who is signed in is refused, and that is nothing that was done.
    let noting = asking.and_then(|asking| {
        let who = asking.person()?.id;
        Some(Noting { asking, who, what, store, to, outcome: Some(Outcome::Failed) })
    });
    let result = doing.await;
    if let Some(mut noting) = noting {
        noting.outcome = outcome(&result);
        if let Ok(done) = &result {
            noting.store = made(done);
        }
    }
    result
}

/// What has to be typed anew was not tried.
fn outcome<T>(result: &Result<T, ApiError>) -> Option<Outcome> {
    match result {
        Ok(_) => Some(Outcome::Done),
        Err(ApiError::Invalid { .. } | ApiError::WrongName(_) | ApiError::Unfit(_)) => None,
        Err(ApiError::SignedOut | ApiError::Malformed | ApiError::Outdated) => None,
        Err(ApiError::Forbidden(_) | ApiError::NotFound(_)) => Some(Outcome::Refused),
        Err(ApiError::Conflict(_) | ApiError::SentBefore { .. }) => Some(Outcome::Refused),
        Err(ApiError::TooMany { .. }) => Some(Outcome::Throttled),
        Err(ApiError::Unavailable(_) | ApiError::Unreachable | ApiError::Internal) => Some(Outcome::Failed),
    }
}
