//! What has happened to the stores that one sees: put together of the audit log and of what the stores tell of themselves.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use access::audit::{Actor, Deed, Journal, Outcome, Record};
use app::{
    guard::Asking,
    links,
    plain::{
        self,
        activity::{Event, PAGE, Shown, Wanted},
    },
    texts::list,
};
use axum::{
    Extension, Router,
    extract::{Query, State},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use http::StatusCode;
use provisioner::stores::{Reading, Stores};
use serde::Deserialize;
use store::{Millis, Person, PersonId, Role, StoreId, StoreName};
use tokio::sync::Semaphore;

use super::audit::each_record;

/// Who has the log read at the same time; the others wait for their turn.
const READERS: usize = 2;
/// Nobody is shown what is further back.
const PAGES: usize = 100;
/// Stores that are looked at before others have their turn.
const LOOKED_AT: usize = 64;

#[derive(Clone)]
struct Site {
    stores: Stores,
    style: String,
    readers: Arc<Semaphore>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    who: String,
    store: String,
    what: String,
    page: String,
}

/// `style` is where the pages' style is.
pub(super) fn routes<S>(stores: Stores, style: String) -> Router<S> {
    let readers = Arc::new(Semaphore::new(READERS));
    Router::new().route(links::ACTIVITY, get(show)).with_state(Site { stores, style, readers })
}

async fn show(
    State(site): State<Site>,
    Extension(asking): Extension<Asking>,
    Query(Asked { who, store, what, page }): Query<Asked>,
) -> Response {
    let Some(person) = asking.person() else { return Redirect::to(links::SIGN_IN).into_response() };
    let wanted = Wanted { who, store, what };
    let page = page.parse::<usize>().unwrap_or(1).clamp(1, PAGES) - 1;
    let shown = site.found(asking.access.journal(), &person, &wanted, page).await;
    let status = if shown.is_ok() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Html(plain::activity::page(&site.style, &person, &wanted, &shown))).into_response()
}

/// The newest events there are, at most so many. What is in it twice has the same name.
struct Newest {
    events: BTreeMap<(Millis, String), Event>,
    most: usize,
}

impl Newest {
    /// As many as a page and all before it have, and one by which it is known that there are older ones.
    fn to_show(page: usize) -> Self {
        Self { events: BTreeMap::new(), most: (page + 1) * PAGE + 1 }
    }

    /// Whether there is a page after this one.
    fn has_page_after(&self, page: usize) -> bool {
        self.events.len() == self.most && page + 1 < PAGES
    }

    fn add(&mut self, name: String, event: Event) {
        self.events.insert((event.at, name), event);
        if self.events.len() > self.most {
            self.events.pop_first();
        }
    }

    /// Whether nothing that happened at that time or before can get in.
    fn is_full_before(&self, at: Millis) -> bool {
        self.events.len() == self.most
            && self.events.first_key_value().is_some_and(|((first, _), _)| *first > at)
    }
}

impl Site {
    /// The page of what is looked for, the newest first.
    async fn found(
        &self,
        journal: &Journal,
        person: &Person,
        wanted: &Wanted,
        page: usize,
    ) -> Result<Shown, String> {
        let stale = match &self.stores.snapshot().reading {
            Reading::Loading => return Err(list::still_reading().to_owned()),
            Reading::Stale { why, .. } => Some(why.clone()),
            Reading::Fresh => None,
        };
        let mut newest = Newest::to_show(page);
        if journal.is_kept() {
            self.add_recorded(&mut newest, journal, person, wanted).await?;
        }
        if wanted.admits_told(journal.is_kept()) {
            self.add_told(&mut newest, person, wanted, journal.is_kept()).await;
        }
        let is_more = newest.has_page_after(page);
        let page = page.min(newest.events.len().div_ceil(PAGE).saturating_sub(1));
        let events = newest.events.into_values().rev().skip(page * PAGE).take(PAGE).collect();
        Ok(Shown { events, page, is_more, stale })
    }

    async fn add_recorded(
        &self,
        newest: &mut Newest,
        journal: &Journal,
        person: &Person,
        wanted: &Wanted,
    ) -> Result<(), String> {
        let _turn = self.readers.acquire().await.map_err(|error| error.to_string())?;
        let mut seeing = Seeing { stores: &self.stores, person, made: HashSet::new() };
        let mut undecided: Vec<Record> = Vec::new();
        each_record(journal, |record| match seeing.sees(&record) {
            Some(true) => seeing.add(newest, wanted, &record),
            Some(false) => {}
            None => undecided.push(record),
        })
        .await?;
        for record in undecided {
            if record.entry.store.as_ref().is_some_and(|id| seeing.made.contains(id)) {
                seeing.add(newest, wanted, &record);
            }
        }
        Ok(())
    }

    /// What the stores tell, of those first to which something happened last.
    async fn add_told(&self, newest: &mut Newest, person: &Person, wanted: &Wanted, is_logged: bool) {
        let latest = self.stores.snapshot().latest(|owner| person.sees(owner));
        for (n, (at, id)) in latest.into_iter().enumerate() {
            if newest.is_full_before(at) {
                return;
            }
            if n % LOOKED_AT == LOOKED_AT - 1 {
                tokio::task::yield_now().await;
            }
            let is_wanted = {
                let snapshot = self.stores.snapshot();
                snapshot.row(&id).is_some_and(|row| wanted.admits_store(&id, Some(&row.name)))
            };
            let view = if is_wanted { self.stores.snapshot().get(&id) } else { None };
            let Some(view) = view else { continue };
            let name = &view.summary.name;
            for (number, entry) in view.timeline.iter().enumerate() {
                let event = Event::told(&id, name, entry, is_logged).filter(|event| wanted.admits(event));
                if let Some(event) = event {
                    newest.add(format!("{id} {number:05}"), event);
                }
            }
        }
    }
}

/// What of the log somebody sees. A store that went is whose it was who made it.
struct Seeing<'a> {
    stores: &'a Stores,
    person: &'a Person,
    /// What they have made.
    made: HashSet<StoreId>,
}

impl Seeing<'_> {
    /// Nothing where all of the log has to be read to know.
    fn sees(&mut self, record: &Record) -> Option<bool> {
        let entry = &record.entry;
        let is_own = entry.who == Actor::Person(self.person.id.clone());
        if is_own
            && (entry.what, entry.outcome) == (Deed::CreateStore, Outcome::Done)
            && let Some(id) = &entry.store
        {
            self.made.insert(id.clone());
        }
        if self.person.role == Role::Admin {
            return Some(true);
        }
        // Who was refused, and where, is for admins.
        if entry.outcome != Outcome::Done && !is_own {
            return Some(false);
        }
        let Some(id) = &entry.store else { return Some(is_own) };
        match self.owner(id) {
            Some(owner) => Some(self.person.sees(owner.as_ref())),
            None if self.person.sees_all() => Some(true),
            None => None,
        }
    }

    fn add(&self, newest: &mut Newest, wanted: &Wanted, record: &Record) {
        let event = Event::recorded(record, |id| self.name(id)).filter(|event| wanted.admits(event));
        if let Some(event) = event {
            newest.add(record.id.clone(), event);
        }
    }

    /// Whose a store is, if there is one.
    fn owner(&self, id: &StoreId) -> Option<Option<PersonId>> {
        self.stores.snapshot().row_once(id).map(|row| row.owner.clone())
    }

    fn name(&self, id: &StoreId) -> Option<StoreName> {
        let snapshot = self.stores.snapshot();
        snapshot.row_once(id).filter(|row| self.person.sees(row.owner.as_ref())).map(|row| row.name.clone())
    }
}

#[cfg(test)]
mod tests {
    use app::plain::activity::What;
    use store::Phase;

    use super::*;

    fn event(at: i64) -> Event {
        Event { at: Millis(at), store: None, name: None, what: What::Became(Phase::Ready) }
    }

    #[test]
    fn the_last_page_that_is_shown_leads_to_none_that_is_not() {
        let full = |page| {
            let mut newest = Newest::to_show(page);
            for at in 0..newest.most {
                newest.add(at.to_string(), event(at as i64));
            }
            newest.has_page_after(page)
        };
        assert!(full(0) && full(PAGES - 2));
        assert!(!full(PAGES - 1));
        assert!(!Newest::to_show(0).has_page_after(0));
    }

    #[test]
    fn of_more_events_than_are_wanted_the_newest_stay_and_none_is_there_twice() {
        let mut newest = Newest { events: BTreeMap::new(), most: 2 };
        for at in [3, 1, 2, 3] {
            newest.add("a".to_owned(), event(at));
        }
        assert_eq!(newest.events.keys().map(|(at, _)| at.0).collect::<Vec<_>>(), [2, 3]);
        assert!(newest.is_full_before(Millis(1)) && !newest.is_full_before(Millis(2)));
    }
}
