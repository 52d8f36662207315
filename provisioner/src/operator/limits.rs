//! Whether a store's owner may have it: the last word, also for Stores by hand. One operator decides at a time, so that of two that were asked
//! for in one moment only as many are made as may be. What was ever ready stays, however few somebody may have by now.

use std::{collections::HashMap, sync::Arc};

use access::users::Users;
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use store::{
    PersonId, PlanName, Said, StoreId, Told,
    limit::{Held, Limit, Over},
};

use super::{
    context::{Context, Memory},
    reconcile::Reconcile,
};
use crate::resource::{
    Store, Wanted,
    change::{ChangeKind, Refused},
    is_of, millis, now,
};

impl Context {
    /// How much the owner may have. Where their role cannot be read nothing is refused that may be allowed.
    pub(super) async fn limit_of(&self, owner: Option<&PersonId>) -> Limit {
        let limits = &self.config.limits;
        let Some(owner) = owner.filter(|_| !limits.is_empty()) else { return Limit::default() };
        if !limits.ask_for_role(owner) {
            return limits.of(owner, None);
        }
        let secrets: Api<Secret> = Api::namespaced(self.client.clone(), &self.config.namespace);
        let users = match secrets.get_opt(&self.config.sign_in.users).await {
            Ok(users) => users.as_ref().map(Users::read).unwrap_or_default(),
            Err(error) => {
                tracing::warn!(%owner, %error, "the role of a store's owner cannot be read");
                Users::default()
            }
        };
        limits.of(owner, users.get(owner).map(|user| user.role))
    }

    /// Lets a store have another plan than it has, of which its owner may have so many.
    pub(super) fn let_grow(&self, id: &StoreId, wanted: &Wanted, limit: &Limit) -> Result<(), Over> {
        let Some(owner) = &wanted.owner else { return Ok(()) };
        let mut growing = self.growing();
        let stores = self.stores.state();
        let plans = stores.iter().filter(|store| is_another_of(store, id, owner)).filter_map(|store| {
            let other = StoreId::parse(store.metadata.name.as_deref()?).ok()?;
            growing.get(&other).copied().or_else(|| plan(store))
        });
        limit.admit_plan(wanted.plan, &plans.collect())?;
        growing.insert(id.clone(), wanted.plan);
        Ok(())
    }
}

/// The stores that the owner has beside this one, of those that were begun.
pub(super) fn held(
    stores: &[Arc<Store>],
    memories: &HashMap<StoreId, Memory>,
    own: &StoreId,
    owner: &PersonId,
) -> Held {
    let others = stores.iter().filter(|store| is_another_of(store, own, owner));
    others.filter(|store| is_begun(store, memories)).filter_map(|store| plan(store)).collect()
}

fn is_another_of(store: &Store, own: &StoreId, owner: &PersonId) -> bool {
    store.metadata.deletion_timestamp.is_none()
        && store.metadata.name.as_deref() != Some(own.as_str())
        && store.spec.owner.as_deref() == Some(owner.as_str())
}

fn is_begun(store: &Store, memories: &HashMap<StoreId, Memory>) -> bool {
    let uid = store.metadata.uid.as_deref().unwrap_or_default();
    let id = store.metadata.name.as_deref().and_then(|name| StoreId::parse(name).ok());
    let remembered = id.and_then(|id| memories.get(&id)).filter(|memory| memory.uid == uid);
    if let Some(progress) = remembered.and_then(|memory| memory.progress.as_ref()) {
        return progress.ready.is_some() || progress.is_of(store.retry()) && progress.started.is_some();
    }
    store.status.as_ref().is_some_and(|status| {
        let is_current = is_of(status.attempt, status.retry.as_deref().and_then(millis), store.retry());
        status.ready_at.is_some() || is_current && status.started_at.is_some()
    })
}

/// What it has or is being brought to; of one that is made, what it is to have.
fn plan(store: &Store) -> Option<PlanName> {
    let status = store.status.as_ref();
    let change = status.and_then(|status| status.change.as_ref()).map(|change| change.to.plan);
    let release = status.and_then(|status| status.release.as_ref()).map(|release| release.plan);
    change.or(release).or_else(|| PlanName::parse(&store.spec.plan).ok())
}

impl Reconcile<'_> {
    /// The store as it may be, where it is to have a plan of which its owner has as many as they may have: with the plan that it has, and told
    /// so. None where it may be as it is wanted.
    pub(super) async fn within_limits(&mut self, wanted: &Wanted) -> Option<Wanted> {
        let release = self.progress.release.as_ref()?;
        let towards = self.progress.change.as_ref().map_or(release.plan, |change| change.to.plan);
        if towards == wanted.plan && self.progress.change.is_some() {
            // It was let.
            return None;
        }
        if towards == wanted.plan || self.is_refused_plan(wanted) {
            self.context.growing().remove(&self.id);
        } else if self.may_grow(wanted).await {
            return None;
        }
        (towards != wanted.plan).then(|| with_plan(wanted, towards))?
    }

    /// What was refused or undone is not tried again until somebody asks.
    fn is_refused_plan(&self, wanted: &Wanted) -> bool {
        let refused = self.progress.refused.as_ref();
        refused.is_some_and(|refused| refused.to.plan == wanted.plan) && !self.is_asked(wanted)
    }

    async fn may_grow(&mut self, wanted: &Wanted) -> bool {
        let limit = self.context.limit_of(wanted.owner.as_ref()).await;
        let (Err(over), Some(owner)) = (self.context.let_grow(&self.id, wanted, &limit), &wanted.owner)
        else {
            return true;
        };
        let told = Told::from(Said::PlanNotChanged).and(over.of(owner));
        let sentence = told.to_string();
        tracing::info!(store = %self.id, "{sentence}");
        self.progress.note(told.clone(), now());
        let to = self.context.target(wanted, self.progress.volumes.as_ref()).release;
        let (kind, said) = (ChangeKind::Resize, told.coded());
        self.progress.refused = Some(Refused { kind, to, sentence, said, at: now() });
        false
    }
}

fn with_plan(wanted: &Wanted, plan: PlanName) -> Option<Wanted> {
    let sizes = wanted.engine.sizes(plan)?.clone();
    Some(Wanted { plan, sizes, ..wanted.clone() })
}
