//! All stores in each order that a list can have. Kept so at every change, so that nothing is sorted for an answer.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    EngineKey, ListPage, ListQuery, Millis, PersonId, Phase, PlanName, StoreId, StoreSummary,
    query::{Choices, Filter, Sort},
};

#[derive(Clone, Debug, Default)]
pub struct Index {
    rows: BTreeMap<StoreId, Arc<Row>>,
    /// In the order of [`Sort::ALL`].
    orders: [Vec<Arc<Row>>; Sort::ALL.len()],
    /// By whose they are.
    shares: BTreeMap<Option<PersonId>, Share>,
    /// What many of them have in common is in memory once: owners, and what engines are called.
    common: BTreeSet<Arc<str>>,
}

/// What one owner's stores are, and how many of them.
#[derive(Clone, Debug, Default)]
struct Share {
    engines: BTreeMap<EngineKey, (Arc<str>, u32)>,
    plans: BTreeMap<PlanName, u32>,
    stores: u32,
}

#[derive(Debug)]
struct Row {
    summary: StoreSummary,
    /// The name in lower case.
    name: String,
}

impl Row {
    fn cmp(&self, other: &Self, sort: Sort) -> Ordering {
        let (a, b) = (&self.summary, &other.summary);
        let order = match sort {
            Sort::Created => b.created.cmp(&a.created),
            Sort::Name => self.name.cmp(&other.name),
            Sort::Phase => a.phase.cmp(&b.phase).then_with(|| a.since.cmp(&b.since)),
        };
        order.then_with(|| a.id.cmp(&b.id))
    }

    fn has(&self, needle: &str) -> bool {
        needle.is_empty() || self.name.contains(needle) || self.summary.address.host.contains(needle)
    }
}

impl Share {
    fn put(&mut self, store: &StoreSummary) {
        let (title, count) =
            self.engines.entry(store.engine.clone()).or_insert_with(|| (Arc::clone(&store.engine_title), 0));
        title.clone_from(&store.engine_title);
        *count += 1;
        *self.plans.entry(store.plan).or_default() += 1;
        self.stores += 1;
    }

    fn remove(&mut self, store: &StoreSummary) {
        self.engines.entry(store.engine.clone()).and_modify(|(_, count)| *count -= 1);
        self.engines.retain(|_, (_, count)| *count > 0);
        self.plans.entry(store.plan).and_modify(|count| *count -= 1);
        self.plans.retain(|_, count| *count > 0);
        self.stores -= 1;
    }
}

impl Index {
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn get(&self, id: &StoreId) -> Option<&StoreSummary> {
        self.rows.get(id).map(|row| &row.summary)
    }

    pub fn ids(&self) -> impl Iterator<Item = &StoreId> {
        self.rows.keys()
    }

    /// Every store, by id.
    pub fn all(&self) -> impl Iterator<Item = &StoreSummary> {
        self.rows.values().map(|row| &row.summary)
    }

    /// Those that are in `phase` and came into it at `from` or later, the earliest first.
    pub fn in_phase(&self, phase: Phase, from: Millis) -> impl Iterator<Item = &StoreSummary> {
        let order = &self.orders[Sort::Phase as usize];
        let first = order.partition_point(|row| (row.summary.phase, row.summary.since) < (phase, from));
        let rest = order[first..].iter().map(|row| &row.summary);
        rest.take_while(move |summary| summary.phase == phase)
    }

    /// Puts a store where it belongs, in the place of what was known of it.
    pub fn put(&mut self, mut summary: StoreSummary) {
        self.remove(&summary.id);
        let owner = summary.owner.as_mut().map(|owner| &mut owner.0);
        let of_engine = [&mut summary.engine.0, &mut summary.engine_title, &mut summary.admin_path];
        for text in of_engine.into_iter().chain(owner) {
            keep_once(&mut self.common, text);
        }
        let row = Arc::new(Row { name: summary.name.as_str().to_lowercase(), summary });
        for (order, sort) in self.orders.iter_mut().zip(Sort::ALL) {
            let place = order.partition_point(|other| other.cmp(&row, sort) == Ordering::Less);
            order.insert(place, Arc::clone(&row));
        }
        self.shares.entry(row.summary.owner.clone()).or_default().put(&row.summary);
        self.rows.insert(row.summary.id.clone(), row);
    }

    pub fn remove(&mut self, id: &StoreId) {
        let Some(row) = self.rows.remove(id) else { return };
        for (order, sort) in self.orders.iter_mut().zip(Sort::ALL) {
            if let Ok(place) = order.binary_search_by(|other| other.cmp(&row, sort)) {
                order.remove(place);
            }
        }
        if let Some(share) = self.shares.get_mut(&row.summary.owner) {
            share.remove(&row.summary);
        }
        self.shares.retain(|_, share| share.stores > 0);
    }

    /// The page that is asked for, of the stores of those owners that `sees` lets through.
    pub fn page(&self, query: &ListQuery, sees: impl Fn(Option<&PersonId>) -> bool) -> ListPage {
        let needle = query.search.to_lowercase();
        let seen = self.shares.iter().filter(|(owner, _)| sees(owner.as_ref()));
        let (mut choices, mut total) = (Choices::default(), 0);
        for (owner, Share { engines, plans, stores }) in seen {
            choices.owners.insert(owner.clone());
            choices.engines.extend(engines.iter().map(|(key, (title, _))| (key.clone(), title.to_string())));
            choices.plans.extend(plans.keys());
            total += stores;
        }
        let mut counts = [0; Filter::ALL.len()];
        let mut found: Vec<&StoreSummary> = Vec::new();
        for row in &self.orders[query.sort as usize] {
            let summary = &row.summary;
            if !sees(summary.owner.as_ref()) || !query.admits(summary) || !row.has(&needle) {
                continue;
            }
            for (count, filter) in counts.iter_mut().zip(Filter::ALL) {
                *count += u32::from(filter.admits(summary.phase));
            }
            if query.filter.admits(summary.phase) {
                found.push(summary);
            }
        }
        if query.descending {
            found.reverse();
        }
        let matching = found.len();
        let pages = matching.div_ceil(ListQuery::PAGE_ROWS).max(1);
        let page = (query.page as usize).min(pages - 1);
        let rows = found.into_iter().skip(page * ListQuery::PAGE_ROWS).take(ListQuery::PAGE_ROWS).cloned();
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        ListPage {
            strays: Vec::new(),
            rows: rows.collect(),
            page: number(page),
            pages: number(pages),
            matching: number(matching),
            counts,
            total,
            choices,
        }
    }
}

fn keep_once(common: &mut BTreeSet<Arc<str>>, text: &mut Arc<str>) {
    match common.get(text) {
        Some(known) => *text = Arc::clone(known),
        None => _ = common.insert(Arc::clone(text)),
    }
}

impl FromIterator<StoreSummary> for Index {
    fn from_iter<T: IntoIterator<Item = StoreSummary>>(stores: T) -> Self {
        let mut index = Self::default();
        stores.into_iter().for_each(|store| index.put(store));
        index
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Address, Scheme, StoreName};

    fn store(name: &str, number: i64, phase: Phase) -> StoreSummary {
        let id = StoreId::parse(&format!("s{number}-abcde")).unwrap();
        let address = Address { scheme: Scheme::Http, host: id.host("localhost") };
        StoreSummary {
            id,
            name: StoreName::parse(name).unwrap(),
            engine: EngineKey::parse("page").unwrap(),
            engine_title: "Page".into(),
            plan: PlanName::Small,
            phase,
            since: Millis(number),
            failed_at: None,
            address,
            admin_path: "/admin/".into(),
            created: Millis(number),
            owner: None,
        }
    }

    fn page(stores: impl IntoIterator<Item = StoreSummary>, query: &ListQuery) -> ListPage {
        stores.into_iter().collect::<Index>().page(query, |_| true)
    }

    fn names(page: &ListPage) -> Vec<&str> {
        page.rows.iter().map(|row| row.name.as_str()).collect()
    }

    #[test]
    fn the_newest_store_comes_first() {
        let stores = [store("Old", 1, Phase::Ready), store("New", 2, Phase::Ready)];
        assert_eq!(names(&page(stores, &ListQuery::default())), ["New", "Old"]);
    }

    #[test]
    fn search_finds_part_of_a_name_in_any_case_or_of_an_address() {
        let stores = [store("Café Über", 1, Phase::Ready), store("Other", 2, Phase::Ready)];
        for search in ["über", "ÜBER", "s1-abc"] {
            let query = ListQuery { search: search.into(), ..ListQuery::default() };
            assert_eq!(names(&page(stores.clone(), &query)), ["Café Über"], "{search}");
        }
    }

    #[test]
    fn each_filter_counts_what_it_would_show() {
        let stores = [
            store("a", 1, Phase::Ready),
            store("b", 2, Phase::Failed),
            store("c", 3, Phase::Deleting),
            store("d", 4, Phase::Degraded),
        ];
        for (i, filter) in Filter::ALL.into_iter().enumerate() {
            let page = page(stores.clone(), &ListQuery { filter, ..ListQuery::default() });
            assert_eq!(page.rows.len(), page.counts[i] as usize);
            assert_eq!(page.total, 4);
        }
    }

    #[test]
    fn engine_plan_and_owner_narrow_a_list_down_and_each_choice_there_is_is_told() {
        let (ada, bo) = (PersonId::parse("ada").ok(), PersonId::parse("bo").ok());
        let made = |number, plan, owner: &Option<PersonId>| StoreSummary {
            plan,
            owner: owner.clone(),
            ..store("x", number, Phase::Ready)
        };
        let other = StoreSummary {
            engine: EngineKey::parse("shop").unwrap(),
            engine_title: "Shop".into(),
            ..made(4, PlanName::Large, &ada)
        };
        let index: Index = [
            made(1, PlanName::Small, &ada),
            made(2, PlanName::Large, &bo),
            made(3, PlanName::Small, &None),
            other,
        ]
        .into_iter()
        .collect();
        let found = |pairs: &[(&str, &str)]| {
            let page = index.page(&ListQuery::parse(pairs.iter().copied()), |_| true);
            assert_eq!((page.counts[0], page.total), (page.matching, 4));
            assert_eq!(page.choices.engines.values().collect::<Vec<_>>(), ["Page", "Shop"]);
            assert_eq!(Vec::from_iter(page.choices.plans), [PlanName::Small, PlanName::Large]);
            assert_eq!(Vec::from_iter(page.choices.owners), [None, ada.clone(), bo.clone()]);
            page.rows.iter().map(|row| row.created.0).collect::<Vec<_>>()
        };
        assert_eq!(found(&[("owner", "ada")]), [4, 1]);
        assert_eq!(found(&[("owner", "-")]), [3]);
        assert_eq!(found(&[("plan", "large")]), [4, 2]);
        assert_eq!(found(&[("engine", "page"), ("plan", "small"), ("owner", "ada")]), [1]);
        assert_eq!(found(&[("engine", "none-such")]), [0; 0]);
    }

    #[test]
    fn a_page_beyond_the_end_is_the_last_one() {
        let stores = (0..120).map(|n| store("x", n, Phase::Ready));
        let page = page(stores, &ListQuery { page: 99, ..ListQuery::default() });
        assert_eq!((page.page, page.pages, page.rows.len(), page.matching), (2, 3, 20, 120));
    }

    #[test]
    fn what_is_in_a_phase_is_found_by_since_when() {
        let phases = [Phase::Queued, Phase::Ready, Phase::Ready, Phase::Failed, Phase::Ready];
        let stores = phases.into_iter().zip(1..).map(|(phase, number)| store("x", number, phase));
        let index: Index = stores.collect();
        let since = |phase, from| {
            index.in_phase(phase, Millis(from)).map(|summary| summary.since.0).collect::<Vec<_>>()
        };
        assert_eq!(since(Phase::Ready, i64::MIN), [2, 3, 5]);
        assert_eq!(since(Phase::Ready, 3), [3, 5]);
        assert_eq!(since(Phase::Ready, 6), [0; 0]);
        assert_eq!((since(Phase::Queued, 0), since(Phase::Deleting, 0)), (vec![1], vec![]));
    }

    #[test]
    fn what_many_stores_have_in_common_is_in_memory_once() {
        let of_ada =
            |number| StoreSummary { owner: PersonId::parse("ada").ok(), ..store("x", number, Phase::Ready) };
        let index: Index = [of_ada(1), of_ada(2)].into_iter().collect();
        let [a, b] = [0, 1].map(|nth| index.all().nth(nth).unwrap());
        assert!(Arc::ptr_eq(&a.engine.0, &b.engine.0));
        assert!(Arc::ptr_eq(&a.engine_title, &b.engine_title));
        assert!(Arc::ptr_eq(&a.admin_path, &b.admin_path));
        assert!(Arc::ptr_eq(&a.owner.as_ref().unwrap().0, &b.owner.as_ref().unwrap().0));
    }

    #[test]
    fn what_one_does_not_see_is_not_counted() {
        let ada = PersonId::parse("ada").ok();
        let owner = |n| if n < 3 { ada.clone() } else { None };
        let stores = (0..9).map(|n| StoreSummary { owner: owner(n), ..store("x", n, Phase::Ready) });
        let page = stores.collect::<Index>().page(&ListQuery::default(), |owner| owner.is_some());
        assert_eq!((page.total, page.counts[0], page.rows.len()), (3, 3, 3));
        assert_eq!(Vec::from_iter(page.choices.owners), [ada]);
    }

    proptest! {
        #[test]
        fn however_stores_come_and_go_each_order_is_as_if_sorted_anew(
            changes in prop::collection::vec((0..12i64, "[a-cA-C]{1,3}", 0..6usize, any::<bool>()), 0..60),
            owners in prop::collection::vec(prop::option::of("[a-b]"), 60),
        ) {
            let mut index = Index::default();
            let mut known = BTreeMap::new();
            for ((number, name, phase, goes), owner) in changes.into_iter().zip(owners) {
                let mut store = store(&name, number, Phase::ALL[phase]);
                store.owner = owner.and_then(|owner| PersonId::parse(&owner).ok());
                store.plan = PlanName::ALL[name.len() - 1];
                store.since = Millis(i64::from(name.len() as u32));
                if goes {
                    index.remove(&store.id);
                    known.remove(&store.id);
                } else {
                    known.insert(store.id.clone(), store.clone());
                    index.put(store);
                }
            }
            prop_assert_eq!(index.len(), known.len());
            let mut choices = Choices::default();
            for store in known.values() {
                choices.engines.insert(store.engine.clone(), store.engine_title.to_string());
                choices.plans.insert(store.plan);
                choices.owners.insert(store.owner.clone());
            }
            let page = index.page(&ListQuery::default(), |_| true);
            prop_assert_eq!((page.total as usize, page.choices), (known.len(), choices));
            for (sort, descending) in Sort::ALL.into_iter().flat_map(|sort| [(sort, false), (sort, true)]) {
                let page = index.page(&ListQuery { sort, descending, ..ListQuery::default() }, |_| true);
                let mut expected: Vec<StoreSummary> = known.values().cloned().collect();
                match sort {
                    Sort::Created => expected.sort_by_key(|s| (std::cmp::Reverse(s.created), s.id.clone())),
                    Sort::Name => expected.sort_by_key(|s| (s.name.as_str().to_lowercase(), s.id.clone())),
                    Sort::Phase => expected.sort_by_key(|s| (s.phase, s.since, s.id.clone())),
                }
                if descending {
                    expected.reverse();
                }
                prop_assert_eq!(page.rows, expected);
            }
        }
    }
}
