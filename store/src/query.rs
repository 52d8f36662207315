//! Which stores a list shows: search, filters, sort and page, all of it in the URL.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{EngineKey, PersonId, Phase, PlanName, StoreSummary, Stray};

/// How a list is asked for. Made from a URL's query by [`ListQuery::parse`]; [`ListQuery::to_pairs`] is its inverse.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListQuery {
    /// Part of a name or an address, in any case.
    pub search: String,
    pub filter: Filter,
    /// Of any engine where none is said.
    pub engine: Option<EngineKey>,
    /// Of any plan where none is said.
    pub plan: Option<PlanName>,
    pub owner: Whose,
    pub sort: Sort,
    pub descending: bool,
    /// From 0.
    pub page: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Filter {
    #[default]
    All,
    Ready,
    /// Queued, provisioning or deleting.
    InProgress,
    /// Failed or degraded.
    Attention,
}

impl Filter {
    pub const ALL: [Self; 4] = [Self::All, Self::Ready, Self::InProgress, Self::Attention];

    pub fn key(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Ready => "ready",
            Self::InProgress => "progress",
            Self::Attention => "attention",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Ready => "Ready",
            Self::InProgress => "In progress",
            Self::Attention => "Needs attention",
        }
    }

    pub fn admits(self, phase: Phase) -> bool {
        match self {
            Self::All => true,
            Self::Ready => phase == Phase::Ready,
            Self::InProgress => phase.is_transient(),
            Self::Attention => matches!(phase, Phase::Failed | Phase::Degraded),
        }
    }
}

/// Whose stores a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Whose {
    #[default]
    Everybody,
    /// Those that were made by hand.
    Nobody,
    Person(PersonId),
}

impl Whose {
    /// As no person is called.
    const NOBODY: &str = "-";

    pub fn of(owner: Option<&PersonId>) -> Self {
        owner.cloned().map_or(Self::Nobody, Self::Person)
    }

    /// What is nobody's name is everybody.
    pub fn parse(text: &str) -> Self {
        match text {
            Self::NOBODY => Self::Nobody,
            name => PersonId::parse(name).map_or(Self::Everybody, Self::Person),
        }
    }

    /// Empty for everybody.
    pub fn key(&self) -> &str {
        match self {
            Self::Everybody => "",
            Self::Nobody => Self::NOBODY,
            Self::Person(id) => id.as_str(),
        }
    }

    pub fn admits(&self, owner: Option<&PersonId>) -> bool {
        match self {
            Self::Everybody => true,
            Self::Nobody => owner.is_none(),
            Self::Person(id) => owner == Some(id),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sort {
    /// Newest first unless turned.
    #[default]
    Created,
    Name,
    Phase,
}

impl Sort {
    pub const ALL: [Self; 3] = [Self::Created, Self::Name, Self::Phase];

    pub fn key(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Name => "name",
            Self::Phase => "phase",
        }
    }
}

/// One page of a list, with what its head and foot need.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListPage {
    pub rows: Vec<StoreSummary>,
    /// The page that is shown: the asked one, or the last there is. From 0.
    pub page: u32,
    pub pages: u32,
    /// Stores that match all that is asked for.
    pub matching: u32,
    /// Stores that match all but the phase, for each phase's filter in the order of [`Filter::ALL`].
    pub counts: [u32; Filter::ALL.len()],
    /// All stores there are.
    pub total: u32,
    pub choices: Choices,
    /// What is no store and has to be seen to; for admins.
    pub strays: Vec<Stray>,
}

/// What a list can be narrowed down to: what there is among all the stores that one sees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// With what people call them.
    pub engines: BTreeMap<EngineKey, String>,
    pub plans: BTreeSet<PlanName>,
    /// None for what is nobody's.
    pub owners: BTreeSet<Option<PersonId>>,
}

impl ListQuery {
    pub const PAGE_ROWS: usize = 50;
    /// What its pairs are called.
    pub const KEYS: [&str; 8] = ["q", "show", "engine", "plan", "owner", "sort", "turn", "page"];
    const MAX_SEARCH_CHARS: usize = 100;

    /// Reads the pairs of a URL's query. What it does not know or cannot read it leaves at its default: a link never breaks.
    pub fn parse<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut query = Self::default();
        for (key, value) in pairs {
            match key {
                "q" => {
                    let search: String = value.trim().chars().take(Self::MAX_SEARCH_CHARS).collect();
                    query.search = search.trim_end().to_owned();
                }
                "show" => {
                    query.filter = Filter::ALL.into_iter().find(|f| f.key() == value).unwrap_or_default();
                }
                "engine" => query.engine = EngineKey::parse(value).ok(),
                "plan" => query.plan = PlanName::parse(value).ok(),
                "owner" => query.owner = Whose::parse(value),
                "sort" => query.sort = Sort::ALL.into_iter().find(|s| s.key() == value).unwrap_or_default(),
                "turn" => query.descending = value == "1",
                "page" => query.page = value.parse::<u32>().unwrap_or(1).saturating_sub(1),
                _ => {}
            }
        }
        query
    }

    /// The query as pairs; what is at its default is left out.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if !self.search.is_empty() {
            pairs.push(("q", self.search.clone()));
        }
        if self.filter != Filter::All {
            pairs.push(("show", self.filter.key().to_owned()));
        }
        if let Some(engine) = &self.engine {
            pairs.push(("engine", engine.to_string()));
        }
        if let Some(plan) = self.plan {
            pairs.push(("plan", plan.key().to_owned()));
        }
        if self.owner != Whose::Everybody {
            pairs.push(("owner", self.owner.key().to_owned()));
        }
        if self.sort != Sort::Created {
            pairs.push(("sort", self.sort.key().to_owned()));
        }
        if self.descending {
            pairs.push(("turn", "1".to_owned()));
        }
        if self.page > 0 {
            pairs.push(("page", (self.page + 1).to_string()));
        }
        pairs
    }

    /// Whether it asks for a store that is so, but for its phase and the search.
    pub(crate) fn admits(&self, store: &StoreSummary) -> bool {
        self.engine.as_ref().is_none_or(|engine| *engine == store.engine)
            && self.plan.is_none_or(|plan| plan == store.plan)
            && self.owner.admits(store.owner.as_ref())
    }

    /// The same list, whatever it was narrowed down to.
    #[must_use]
    pub fn whole(&self) -> Self {
        Self { sort: self.sort, descending: self.descending, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sent::sent;

    #[test]
    fn what_is_no_engine_plan_or_person_narrows_nothing_down() {
        let pairs = [("engine", "No engine"), ("plan", "huge"), ("owner", "Who?")];
        assert_eq!(ListQuery::parse(pairs), ListQuery::default());
    }

    #[test]
    fn what_is_made_by_hand_is_nobodys() {
        let ada = PersonId::parse("ada").ok();
        for (asked, hers, nobodys) in [("", true, true), ("-", false, true), ("ada", true, false)] {
            let whose = Whose::parse(asked);
            assert_eq!((whose.admits(ada.as_ref()), whose.admits(None)), (hers, nobodys), "{asked}");
        }
    }

    proptest! {
        #[test]
        fn a_query_survives_its_url(
            search in "[^ ]{0,20}",
            filter in 0..4usize,
            engine in prop::option::of("[a-z0-9]{1,9}"),
            plan in prop::option::of(0..3usize),
            owner in prop_oneof!["", "-", "[a-z0-9]([a-z0-9._-]{0,9}[a-z0-9])?"],
            sort in 0..3usize,
            descending: bool,
            page in 0..1000u32,
        ) {
            let query = ListQuery {
                search,
                filter: Filter::ALL[filter],
                engine: engine.and_then(|key| EngineKey::parse(&key).ok()),
                plan: plan.map(|plan| PlanName::ALL[plan]),
                owner: Whose::parse(&owner),
                sort: Sort::ALL[sort],
                descending,
                page,
            };
            prop_assert_eq!(query.owner.key(), owner);
            let query = ListQuery { search: query.search.trim().to_owned(), ..query };
            let pairs = query.to_pairs();
            prop_assert_eq!(ListQuery::parse(pairs.iter().map(|(k, v)| (*k, v.as_str()))), query);
        }

        #[test]
        fn any_url_is_a_query(pairs in prop::collection::vec((prop_oneof![any::<String>(), "q|show|engine|plan|owner|sort|turn|page"], sent()), 0..8)) {
            let query = ListQuery::parse(pairs.iter().map(|(k, v)| (k.as_str(), v.as_str())));
            prop_assert!(crate::Index::default().page(&query, |_| true).rows.is_empty());
            let again = query.to_pairs();
            prop_assert_eq!(ListQuery::parse(again.iter().map(|(k, v)| (*k, v.as_str()))), query);
        }
    }
}
