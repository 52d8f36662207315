//! All stores in each order that a list can have. Kept so at every change, so that nothing is sorted for an answer.

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc};

use crate::{
    ListPage, ListQuery, StoreId, StoreSummary,
    query::{Filter, Sort},
};

#[derive(Clone, Debug, Default)]
pub struct Index {
    rows: BTreeMap<StoreId, Arc<Row>>,
    /// In the order of [`Sort::ALL`].
    orders: [Vec<Arc<Row>>; Sort::ALL.len()],
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

    /// Puts a store where it belongs, in the place of what was known of it.
    pub fn put(&mut self, summary: StoreSummary) {
        self.remove(&summary.id);
        let row = Arc::new(Row { name: summary.name.as_str().to_lowercase(), summary });
        for (order, sort) in self.orders.iter_mut().zip(Sort::ALL) {
            let place = order.partition_point(|other| other.cmp(&row, sort) == Ordering::Less);
            order.insert(place, Arc::clone(&row));
        }
        self.rows.insert(row.summary.id.clone(), row);
    }

    pub fn remove(&mut self, id: &StoreId) {
        let Some(row) = self.rows.remove(id) else { return };
        for (order, sort) in self.orders.iter_mut().zip(Sort::ALL) {
            if let Ok(place) = order.binary_search_by(|other| other.cmp(&row, sort)) {
                order.remove(place);
            }
        }
    }

    /// The page that is asked for, of the stores that `sees` lets through.
    pub fn page(&self, query: &ListQuery, sees: impl Fn(&StoreSummary) -> bool) -> ListPage {
        let needle = query.search.to_lowercase();
        let mut total = 0;
        let mut counts = [0; Filter::ALL.len()];
        let mut found: Vec<&StoreSummary> = Vec::new();
        for row in &self.orders[query.sort as usize] {
            let summary = &row.summary;
            if !sees(summary) {
                continue;
            }
            total += 1;
            if !row.has(&needle) {
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
        }
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
    use crate::{Address, EngineKey, Millis, Phase, PlanName, Scheme, StoreName};

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
    fn a_page_beyond_the_end_is_the_last_one() {
        let stores = (0..120).map(|n| store("x", n, Phase::Ready));
        let page = page(stores, &ListQuery { page: 99, ..ListQuery::default() });
        assert_eq!((page.page, page.pages, page.rows.len(), page.matching), (2, 3, 20, 120));
    }

    #[test]
    fn what_one_does_not_see_is_not_counted() {
        let index: Index = (0..9).map(|n| store("x", n, Phase::Ready)).collect();
        let page = index.page(&ListQuery::default(), |summary| summary.created < Millis(3));
        assert_eq!((page.total, page.counts[0], page.rows.len()), (3, 3, 3));
    }

    proptest! {
        #[test]
        fn however_stores_come_and_go_each_order_is_as_if_sorted_anew(
            changes in prop::collection::vec((0..12i64, "[a-cA-C]{1,3}", 0..6usize, any::<bool>()), 0..60),
        ) {
            let mut index = Index::default();
            let mut known = BTreeMap::new();
            for (number, name, phase, goes) in changes {
                let mut store = store(&name, number, Phase::ALL[phase]);
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
