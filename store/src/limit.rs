//! How many stores somebody may have.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{PersonId, PlanName, Role, Said, Told, said::stores};

/// Of one owner. What is not said is not limited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Limit {
    pub stores: Option<u32>,
    pub plans: BTreeMap<PlanName, u32>,
}

/// Of everybody. What is said of somebody by name counts, else what is said of their role, else what is said of all: each as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Limits {
    default: Limit,
    roles: BTreeMap<Role, Limit>,
    users: BTreeMap<PersonId, Limit>,
}

/// The stores that somebody has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    stores: u32,
    plans: BTreeMap<PlanName, u32>,
}

/// It would be one store too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Over {
    pub may: u32,
    pub has: u32,
    /// Nothing where it is too many in all.
    pub plan: Option<PlanName>,
}

/// What is left to somebody who is about to make a store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// Of all stores; nothing where they are not limited.
    pub stores: Option<Used>,
    /// Of those with a plan that is limited.
    pub plans: Vec<(PlanName, Used)>,
    /// Why they can make none.
    pub refusal: Option<Over>,
}

/// How much there is of what may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    pub has: u32,
    pub may: u32,
}

impl Left {
    /// In sentences; empty where nothing is limited.
    pub fn used(&self) -> String {
        let all = self.stores.map(|Used { has, may }| format!("You have {has} of {}.", stores(may)));
        let plan =
            |(plan, Used { has, may }): &(PlanName, Used)| format!("Of the plan {plan}, {has} of {may}.");
        all.into_iter().chain(self.plans.iter().map(plan)).collect::<Vec<_>>().join(" ")
    }
}

impl Limits {
    /// `role` is nothing where nobody here knows it: the most then counts that any role has, so that nothing is refused that is allowed.
    pub fn of(&self, owner: &PersonId, role: Option<Role>) -> Limit {
        if let Some(limit) = self.users.get(owner) {
            return limit.clone();
        }
        match role {
            Some(role) => self.roles.get(&role).unwrap_or(&self.default).clone(),
            None => self.roles.values().fold(self.default.clone(), Limit::or_more),
        }
    }

    /// Whether it depends on the role how much this owner may have.
    pub fn ask_for_role(&self, owner: &PersonId) -> bool {
        !self.roles.is_empty() && !self.users.contains_key(owner)
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Limit {
    fn or_more(self, other: &Self) -> Self {
        let stores = self.stores.zip(other.stores).map(|(one, other)| one.max(other));
        let of_both = |(plan, one): (PlanName, u32)| Some((plan, one.max(*other.plans.get(&plan)?)));
        Self { stores, plans: self.plans.into_iter().filter_map(of_both).collect() }
    }

    /// # Errors
    /// Whoever has so many may have no other one with the plan.
    pub fn admit_another(&self, plan: PlanName, held: &Held) -> Result<(), Over> {
        if let Some(may) = self.stores.filter(|may| held.stores >= *may) {
            return Err(Over { may, has: held.stores, plan: None });
        }
        self.admit_plan(plan, held)
    }

    /// As of another store, where a store of theirs gets the plan. `held` is without that one.
    ///
    /// # Errors
    /// Whoever has so many may have no other one with the plan.
    pub fn admit_plan(&self, plan: PlanName, held: &Held) -> Result<(), Over> {
        let (may, has) = (self.plans.get(&plan).copied(), held.with(plan));
        match may.filter(|may| has >= *may) {
            Some(may) => Err(Over { may, has, plan: Some(plan) }),
            None => Ok(()),
        }
    }

    /// What is left of it to somebody who makes a store.
    pub fn left(&self, held: &Held) -> Left {
        let plan = |(plan, may): (&PlanName, &u32)| (*plan, Used { has: held.with(*plan), may: *may });
        let refusals = PlanName::ALL.map(|plan| self.admit_another(plan, held).err());
        let [first, ..] = refusals;
        let refusal = first.filter(|_| refusals.iter().all(Option::is_some));
        Left {
            stores: self.stores.map(|may| Used { has: held.stores, may }),
            plans: self.plans.iter().map(plan).collect(),
            refusal,
        }
    }
}

impl Held {
    fn with(&self, plan: PlanName) -> u32 {
        self.plans.get(&plan).copied().unwrap_or(0)
    }
}

impl FromIterator<PlanName> for Held {
    fn from_iter<T: IntoIterator<Item = PlanName>>(plans: T) -> Self {
        let mut held = Self::default();
        for plan in plans {
            held.stores += 1;
            *held.plans.entry(plan).or_default() += 1;
        }
        held
    }
}

impl Over {
    /// The sentence for the owner.
    pub fn to_them(self) -> String {
        let Self { may, has, plan } = self;
        let with = plan.map(|plan| format!(" with the plan {plan}")).unwrap_or_default();
        format!("You may have {}{with}, and have {has}. {}", stores(may), self.way_out())
    }

    /// The sentences for somebody else, or for whoever reads them at the store.
    pub fn of(self, owner: &PersonId) -> Told {
        let (Self { may, has, plan }, who) = (self, owner.to_string());
        let said = match plan {
            Some(plan) => Said::MayHaveOfPlan { who, may, plan, has },
            None => Said::MayHave { who, may, has },
        };
        Told::from(said).and(self.way_out())
    }

    /// What whoever may have no more can do.
    pub fn way_out(self) -> Said {
        match (self.has, self.plan) {
            (0, _) => Said::AskForMore,
            (_, None) => Said::DeleteOrAsk,
            (_, Some(_)) => Said::OtherPlanOrAsk,
        }
    }
}

/// To the owner.
impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_them())
    }
}

impl std::error::Error for Over {}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(stores: Option<u32>, large: Option<u32>) -> Limit {
        Limit { stores, plans: large.map(|may| (PlanName::Large, may)).into_iter().collect() }
    }

    fn limits() -> Limits {
        let id = |name| PersonId::parse(name).unwrap();
        Limits {
            default: limit(Some(1), Some(0)),
            roles: [(Role::Member, limit(Some(3), Some(1))), (Role::Admin, Limit::default())].into(),
            users: [(id("bo"), limit(Some(7), None))].into(),
        }
    }

    #[test]
    fn what_is_said_of_somebody_by_name_counts_before_the_role_and_that_before_all() {
        let of = |name, role| limits().of(&PersonId::parse(name).unwrap(), role).stores;
        assert_eq!(of("bo", Some(Role::Member)), Some(7));
        assert_eq!(of("cy", Some(Role::Member)), Some(3));
        assert_eq!(of("cy", Some(Role::Viewer)), Some(1));
        assert_eq!(of("cy", Some(Role::Admin)), None);
    }

    #[test]
    fn of_somebody_whose_role_is_not_known_the_most_counts_that_any_has() {
        let cy = PersonId::parse("cy").unwrap();
        assert_eq!(limits().of(&cy, None), Limit::default());
        let mut few = limits();
        few.roles.remove(&Role::Admin);
        assert_eq!(few.of(&cy, None), limit(Some(3), Some(1)));
        assert!(few.ask_for_role(&cy) && !few.ask_for_role(&PersonId::parse("bo").unwrap()));
    }

    #[test]
    fn whoever_has_as_many_as_they_may_is_told_how_many_and_what_to_do() {
        let limit = limit(Some(3), Some(1));
        let held: Held = [PlanName::Small, PlanName::Large].into_iter().collect();
        assert_eq!(limit.admit_another(PlanName::Small, &held), Ok(()));
        assert_eq!(
            limit.admit_another(PlanName::Large, &held).unwrap_err().to_them(),
            "You may have 1 store with the plan Large, and have 1. Take another plan, delete one of them, or ask an admin for more."
        );
        let held: Held = [PlanName::Small; 3].into_iter().collect();
        let bo = PersonId::parse("bo").unwrap();
        assert_eq!(
            limit.admit_another(PlanName::Large, &held).unwrap_err().of(&bo).to_string(),
            "bo may have 3 stores, and has 3. Delete one of them, or ask an admin for more."
        );
        // It has its place already.
        assert_eq!(limit.admit_plan(PlanName::Large, &held), Ok(()));
    }

    #[test]
    fn what_is_left_is_told_before_anything_is_filled_in() {
        let held: Held = [PlanName::Large].into_iter().collect();
        let left = limit(Some(3), Some(1)).left(&held);
        assert_eq!(left.used(), "You have 1 of 3 stores. Of the plan Large, 1 of 1.");
        assert_eq!(left.refusal, None);
        assert_eq!(Limit::default().left(&held), Left::default());
        let refusal = limit(Some(0), None).left(&Held::default()).refusal.map(Over::to_them);
        assert_eq!(refusal.as_deref(), Some("You may have 0 stores, and have 0. Ask an admin for more."));
    }

    #[test]
    fn values_that_are_not_understood_are_refused_by_name() {
        let read = |text: &str| serde_json::from_str::<Limits>(text);
        let limits =
            read(r#"{"roles": {"member": {"stores": 2, "plans": {"large": 1}}}, "users": {"bo": {}}}"#)
                .unwrap();
        assert_eq!(limits.of(&PersonId::parse("bo").unwrap(), Some(Role::Member)), Limit::default());
        for text in [
            r#"{"role": {}}"#,
            r#"{"default": {"store": 1}}"#,
            r#"{"roles": {"boss": {}}}"#,
            r#"{"default": {"plans": {"huge": 1}}}"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
