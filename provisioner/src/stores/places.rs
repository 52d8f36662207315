//! Whether somebody may have another store. Asked before anything is made of it; where two replicas are asked in one moment, the operator
//! has the last word.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use store::{
    PersonId, Phase, PlanName, RequestId, StoreId, StoreSummary,
    limit::{Held, Limit, Over},
};

use super::Snapshot;

/// Stores that this process makes, or has made and the watch has not told of: each has its place already.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(Arc<Mutex<BTreeMap<String, Taken>>>);

#[derive(Debug)]
struct Taken {
    owner: PersonId,
    plan: PlanName,
    /// Once it is made.
    id: Option<StoreId>,
}

/// A place that was taken. It is free again where no store came of it.
#[derive(Debug)]
pub(super) struct Place {
    places: Places,
    request: String,
}

impl Places {
    /// Takes a place for the store that the request asks for; the same request has but one.
    ///
    /// # Errors
    /// There is none left.
    pub(super) fn take(
        &self,
        limit: &Limit,
        owner: &PersonId,
        plan: PlanName,
        request: &RequestId,
        known: &Snapshot,
    ) -> Result<Place, Over> {
        let mut taken = self.lock();
        taken.retain(|_, place| place.id.as_ref().is_none_or(|id| known.row_once(id).is_none()));
        let others =
            taken.iter().filter(|(other, place)| *other != request.as_str() && place.owner == *owner);
        let held: Held = plans(known, owner).chain(others.map(|(_, place)| place.plan)).collect();
        limit.admit_another(plan, &held)?;
        taken.insert(request.as_str().to_owned(), Taken { owner: owner.clone(), plan, id: None });
        Ok(Place { places: self.clone(), request: request.as_str().to_owned() })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Taken>> {
        // Whoever panicked while holding it changed whole entries only.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// The store was made, and keeps the place until the watch tells of it.
    pub(super) fn keep(self, id: &StoreId) {
        if let Some(taken) = self.places.lock().get_mut(&self.request) {
            taken.id = Some(id.clone());
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        if taken.get(&self.request).is_some_and(|place| place.id.is_none()) {
            taken.remove(&self.request);
        }
    }
}

/// The plans of the stores that somebody has. One that goes is theirs no more.
pub(super) fn plans(known: &Snapshot, owner: &PersonId) -> impl Iterator<Item = PlanName> {
    let is_theirs = |row: &&StoreSummary| row.owner.as_ref() == Some(owner) && row.phase != Phase::Deleting;
    known.rows().all().filter(is_theirs).map(|row| row.plan)
}
