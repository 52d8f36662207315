//! Who asks, and whether they may. The stores are behind this: server functions have no other way to them.

use std::net::IpAddr;

use access::{
    Access, Session,
    audit::{Deed, Entry, Outcome},
};
use leptos::prelude::*;
use provisioner::{
    stores::{RequestKey, Stores, StoresError},
    window::{
        client::{AskError, Client},
        seal::{self, Key},
    },
};
use store::{Person, PersonId, StoreId, StoreView, Vitals, Wish};

use crate::{
    api::answer::{now, refused},
    error::ApiError,
    texts::{errors as texts, upkeep},
};

/// What a request says of who sent it; the server puts it in every request's context.
#[derive(Clone, Debug)]
pub struct Asking {
    pub access: Access,
    /// Sealed by this platform; whether it has ended is another question.
    pub session: Option<Session>,
    /// Where the request came from, as far as that can be believed.
    pub from: IpAddr,
}

impl Asking {
    /// Who it is, at this moment.
    pub fn person(&self) -> Option<Person> {
        self.access.holder(self.session.as_ref()?, now())
    }

    /// Has it recorded what `who` did and how it ended.
    pub fn note(&self, who: Option<PersonId>, what: Deed, outcome: Outcome) {
        self.access.journal().note(Entry::new(who, what, outcome, self.from), now());
    }
}

/// Somebody is signed in, and this is what they asked to reach.
#[derive(Debug)]
pub(crate) struct Granted {
    pub(crate) person: Person,
    pub(crate) stores: Stores,
    access: Access,
}

/// # Errors
/// Nobody is signed in.
pub(crate) fn granted() -> Result<Granted, ApiError> {
    let (Some(asking), Some(stores)) = (use_context::<Asking>(), use_context::<Stores>()) else {
        tracing::error!("the stores, or who asks, are not in the request's context");
        return Err(ApiError::Internal);
    };
    let person = asking.person().ok_or(ApiError::SignedOut)?;
    Ok(Granted { person, stores, access: asking.access })
}

/// Who asks to see a store, and the store, for pages that no server function renders.
///
/// # Errors
/// Nobody is signed in, or the store is another's: to a person who does not see it, it does not exist.
pub async fn seeing(asking: &Asking, stores: &Stores, id: &StoreId) -> Result<(Person, StoreView), ApiError> {
    let person = asking.person().ok_or(ApiError::SignedOut)?;
    let view = stores.find(id).await.map_err(refused)?;
    match view.filter(|view| person.sees(view.summary.owner.as_ref())) {
        Some(view) => Ok((person, view)),
        None => Err(refused(StoresError::NotFound(id.clone()))),
    }
}

impl Granted {
    /// By what a form that is sent again is known.
    ///
    /// # Errors
    /// The keys were not read yet, and then nobody is signed in.
    pub(crate) fn request_key(&self) -> Result<RequestKey, ApiError> {
        self.access.key_for("requests").map(RequestKey::new).ok_or(ApiError::SignedOut)
    }

    /// How a shop fares that they see, or why nobody tells; nothing where there is nobody to ask.
    pub(crate) async fn vitals(&self, seen: &StoreView) -> Option<Result<Vitals, String>> {
        let window = use_context::<Client>()?;
        let key = self.access.key_for(seal::PURPOSE).map(Key::new)?;
        match window.vitals(&key, &seen.summary.id).await {
            Ok(vitals) => Some(Ok(vitals)),
            Err(AskError::NoWindow) => None,
            Err(error) => {
                tracing::debug!(store.id = %seen.summary.id, ?error, "how a shop fares is not told");
                Some(Err(texts::of_window(&error)))
            }
        }
    }

    /// # Errors
    /// The store's owner has as many with that plan as they may have.
    pub(crate) fn growing(self, id: &StoreId, wish: Wish) -> Result<Self, ApiError> {
        if let Wish::Plan(plan) = wish {
            let role = |owner: &PersonId| self.access.role_of(owner);
            self.stores.may_have_plan(id, plan, role, &self.person.id).map_err(refused)?;
        }
        Ok(self)
    }

    /// # Errors
    /// They may only look.
    pub(crate) fn creating(self) -> Result<Self, ApiError> {
        if !self.person.creates() {
            return Err(ApiError::Forbidden(texts::only_look_at_stores().into()));
        }
        Ok(self)
    }

    /// # Errors
    /// They are no admin.
    pub(crate) fn cleaning_up(self) -> Result<Self, ApiError> {
        if !self.person.cleans_up() {
            return Err(ApiError::Forbidden(texts::only_admins_clean_up().into()));
        }
        Ok(self)
    }

    /// # Errors
    /// The store is another's. To a person who does not see it, it does not exist.
    pub(crate) async fn changing(self, id: &StoreId) -> Result<Self, ApiError> {
        let known = self.stores.snapshot().row_once(id).map(|row| row.owner.clone());
        let owner = match known {
            Some(owner) => owner,
            None => self.stores.find(id).await.map_err(refused)?.and_then(|view| view.summary.owner),
        };
        if !self.person.sees(owner.as_ref()) {
            return Err(refused(StoresError::NotFound(id.clone())));
        }
        if !self.person.changes(owner.as_ref()) {
            return Err(ApiError::Forbidden(upkeep::only_look().into()));
        }
        Ok(self)
    }
}
