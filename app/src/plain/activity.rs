//! What has happened to the stores that one sees: what people asked for, and what became of it.

use access::audit::{Actor, Deed, Entry, Outcome, Record};
use leptos::prelude::*;
use store::{
    Millis, Person, PersonId, Phase, StoreId, StoreName, Told,
    view::{Ask, TimelineEntry, TimelineKind},
};

use crate::{
    components::{foreign, phase_mark, sentences},
    links,
    plain::{
        audit::{field, stamp, time},
        document,
    },
    texts::{activity as texts, audit, kinds, store as pages},
};

pub const PAGE: usize = 100;

/// One thing that has happened to a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub at: Millis,
    pub store: Option<StoreId>,
    /// What it is called, while it is there.
    pub name: Option<StoreName>,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A person asked for something, as the audit log has it.
    Asked {
        by: Actor,
        what: Deed,
        to: Option<String>,
        outcome: Outcome,
        times: u32,
    },
    /// As the store itself tells it, where no log is kept.
    Told {
        by: PersonId,
        what: Ask,
    },
    /// It came into a phase.
    Became(Phase),
    Note(String, Told),
}

/// What the list can be narrowed down to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Everything that people asked for.
    Asked,
    /// Everything that became of stores.
    Became,
    Deed(Deed),
    Phase(Phase),
    Note,
}

/// What of the audit log is about stores.
const DEEDS: [Deed; 8] = [
    Deed::CreateStore,
    Deed::RetryStore,
    Deed::ChangeStore,
    Deed::MailServer,
    Deed::OpenAdmin,
    Deed::AdminPassword,
    Deed::DeleteStore,
    Deed::RemoveNamespace,
];

impl Kind {
    pub fn parse(key: &str) -> Option<Self> {
        Self::all().find(|kind| kind.key() == key)
    }

    pub fn key(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Became => "became",
            Self::Deed(deed) => deed.key(),
            Self::Phase(phase) => phase.key(),
            Self::Note => "note",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Asked => texts::all_asked(),
            Self::Became => texts::all_became(),
            Self::Deed(deed) => audit::deed(deed),
            Self::Phase(phase) => kinds::phase(phase),
            Self::Note => texts::note(),
        }
    }

    fn all() -> impl Iterator<Item = Self> {
        let deeds = DEEDS.into_iter().map(Self::Deed);
        let phases = Phase::ALL.into_iter().map(Self::Phase);
        [Self::Asked].into_iter().chain(deeds).chain([Self::Became]).chain(phases).chain([Self::Note])
    }

    fn is_asked(self) -> bool {
        matches!(self, Self::Asked | Self::Deed(_))
    }

    fn admits(self, what: &What) -> bool {
        match (self, what) {
            (Self::Asked, What::Asked { .. } | What::Told { .. }) => true,
            (Self::Became, What::Became(_) | What::Note(..)) => true,
            (Self::Deed(wanted), What::Asked { what, .. }) => wanted == *what,
            (Self::Deed(wanted), What::Told { what, .. }) => wanted == deed(*what),
            (Self::Phase(wanted), What::Became(phase)) => wanted == *phase,
            (Self::Note, What::Note(..)) => true,
            _ => false,
        }
    }
}

/// As the log would have recorded it.
fn deed(ask: Ask) -> Deed {
    match ask {
        Ask::Creation => Deed::CreateStore,
        Ask::Retry => Deed::RetryStore,
        Ask::SignIn => Deed::OpenAdmin,
        Ask::NewPassword => Deed::AdminPassword,
        Ask::MailChange => Deed::MailServer,
        Ask::Deletion => Deed::DeleteStore,
        Ask::Suspension
        | Ask::Resumption
        | Ask::Update
        | Ask::PlanChange
        | Ask::EgressChange
        | Ask::SafeMode
        | Ask::SafeModeEnd => Deed::ChangeStore,
    }
}

/// What is looked for: as the form sends it, so that the form has it again. What is empty or not understood asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub who: String,
    /// An id, or part of a name or of an id.
    pub store: String,
    pub what: String,
}

impl Wanted {
    pub fn admits(&self, event: &Event) -> bool {
        let by = match &event.what {
            What::Asked { by: Actor::Person(by), .. } | What::Told { by, .. } => Some(by.as_str()),
            What::Asked { by: Actor::Stranger, .. } | What::Became(_) | What::Note(..) => None,
        };
        let who = self.who.trim();
        (who.is_empty() || by == Some(who))
            && event
                .store
                .as_ref()
                .map_or(self.store.trim().is_empty(), |id| self.admits_store(id, event.name.as_ref()))
            && Kind::parse(&self.what).is_none_or(|kind| kind.admits(&event.what))
    }

    /// Whether anything of that store is looked for.
    pub fn admits_store(&self, id: &StoreId, name: Option<&StoreName>) -> bool {
        let part = self.store.trim().to_lowercase();
        id.as_str().contains(&part) || name.is_some_and(|name| name.as_str().to_lowercase().contains(&part))
    }

    /// Whether anything that stores tell of themselves is looked for; where a log is kept, it has what was asked for.
    pub fn admits_told(&self, is_logged: bool) -> bool {
        let is_asked = Kind::parse(&self.what).map(Kind::is_asked);
        if is_logged { self.who.trim().is_empty() && is_asked != Some(true) } else { true }
    }

    /// In an address.
    fn query(&self) -> String {
        let Self { who, store, what } = self;
        let pairs = [("who", who), ("store", store), ("what", what)];
        let pairs = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        pairs.map(|(key, value)| format!("{key}={}", links::escaped(value))).collect::<Vec<_>>().join("&")
    }
}

impl Event {
    /// What of the log is about stores. Names are for whoever sees the store.
    pub fn recorded(record: &Record, name: impl FnOnce(&StoreId) -> Option<StoreName>) -> Option<Self> {
        let Entry { who, what, outcome, store, to, .. } = &record.entry;
        let asked = What::Asked {
            by: who.clone(),
            what: *what,
            to: to.clone(),
            outcome: *outcome,
            times: record.times,
        };
        let is_about_stores = DEEDS.contains(what);
        is_about_stores.then(|| Self {
            at: record.until,
            name: store.as_ref().and_then(name),
            store: store.clone(),
            what: asked,
        })
    }

    /// What a store tells of itself; commands are for its own page.
    pub fn told(id: &StoreId, name: &StoreName, entry: &TimelineEntry, is_logged: bool) -> Option<Self> {
        let what = match &entry.what {
            TimelineKind::Phase { phase } => What::Became(*phase),
            TimelineKind::Note { text, said } => What::Note(text.clone(), said.clone()),
            TimelineKind::Asked { what, by } if !is_logged => What::Told { by: by.clone(), what: *what },
            TimelineKind::Asked { .. } | TimelineKind::Command { .. } => return None,
        };
        Some(Self { at: entry.at, store: Some(id.clone()), name: Some(name.clone()), what })
    }
}

/// What is shown.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// The newest first.
    pub events: Vec<Event>,
    pub page: usize,
    pub is_more: bool,
    /// What the stores tell may be old: why.
    pub stale: Option<String>,
}

pub fn page(style: &str, person: &Person, wanted: &Wanted, shown: &Result<Shown, String>) -> String {
    let told = if person.sees_all() { texts::of_all() } else { texts::of_own() };
    let body = view! {
        <div class="page-head">
            <div><h1>{texts::activity()}</h1><p>{told}</p></div>
        </div>
        {filters(wanted)}
        {match shown {
            Ok(shown) => list(wanted, shown),
            Err(why) => view! { <div class="notice" role="alert"><h2>{texts::unread()}</h2><p>{why.clone()}</p></div> }.into_any(),
        }}
    };
    document(style, person, links::ACTIVITY, texts::activity(), body.into_any())
}

fn filters(wanted: &Wanted) -> AnyView {
    let chosen = Kind::parse(&wanted.what);
    let option = |kind: Kind| {
        view! { <option value=kind.key() selected={chosen == Some(kind)}>{kind.title()}</option> }.into_any()
    };
    let (asked, became): (Vec<Kind>, Vec<Kind>) = Kind::all().partition(|kind| kind.is_asked());
    view! {
        <form class="filters card padded" method="get" action=links::ACTIVITY>
            {field(audit::who(), "who", "text", &wanted.who)}
            {field(pages::store(), "store", "text", &wanted.store)}
            <div class="field">
                <label for="what">{audit::what()}</label>
                <select id="what" name="what">
                    <option value="">{audit::all()}</option>
                    <optgroup label=texts::asked()>{asked.into_iter().map(option).collect_view()}</optgroup>
                    <optgroup label=texts::became()>{became.into_iter().map(option).collect_view()}</optgroup>
                </select>
            </div>
            <div class="actions">
                <button class="button primary" type="submit">{audit::show()}</button>
                <a class="button" href=links::ACTIVITY>{audit::all()}</a>
            </div>
        </form>
    }
    .into_any()
}

fn list(wanted: &Wanted, Shown { events, page, is_more, stale }: &Shown) -> AnyView {
    let stale = stale
        .clone()
        .map(|why| view! { <div class="notice" role="alert"><p lang=foreign()>{why}</p></div> }.into_any());
    if events.is_empty() {
        let told = if *wanted == Wanted::default() { texts::nothing_yet() } else { audit::no_match() };
        return view! { {stale} <section class="card empty"><p role="status">{told}</p></section> }
            .into_any();
    }
    let first = page * PAGE + 1;
    let to = |page: usize| {
        let query = [wanted.query(), format!("page={}", page + 1)].join("&");
        format!("{}?{}", links::ACTIVITY, query.trim_matches('&'))
    };
    let newer = (*page > 0)
        .then(|| view! { <a class="button" rel="prev" href=to(page - 1)>{audit::newer()}</a> }.into_any());
    let older = is_more
        .then(|| view! { <a class="button" rel="next" href=to(page + 1)>{audit::older()}</a> }.into_any());
    view! {
        {stale}
        <p class="muted num" role="status">{texts::range(first, first + events.len() - 1)}</p>
        <section class="card"><ol class="log">{events.iter().map(row).collect_view()}</ol></section>
        <nav class="actions" aria-label=texts::pages()>{newer}{older}</nav>
    }
    .into_any()
}

fn row(event: &Event) -> AnyView {
    let store = event.store.as_ref().map(|id| {
        let text = event.name.as_ref().map_or_else(|| id.to_string(), ToString::to_string);
        view! { " " <a href=links::store(id)><bdi>{text}</bdi></a> }.into_any()
    });
    let person = |by: &PersonId| view! { <bdi>{by.to_string()}</bdi> }.into_any();
    let (what, who, rest) = match &event.what {
        What::Asked { by, what, to, outcome, times } => {
            let by = match by {
                Actor::Person(by) => person(by),
                Actor::Stranger => audit::nobody_known().into_any(),
            };
            let to = to.as_ref().map(|to| format!(": {to}")).unwrap_or_default();
            let times = (*times > 1).then(|| texts::times(*times));
            let rest = view! { " · "<span class=outcome.key()>{audit::outcome(*outcome)}</span>{times} };
            (view! { <b>{format!("{}{to}", audit::deed(*what))}</b> }.into_any(), by, Some(rest.into_any()))
        }
        What::Told { by, what } => (view! { <b>{pages::ask(*what)}</b> }.into_any(), person(by), None),
        What::Became(phase) => (phase_mark(*phase, None), storeyard(), None),
        What::Note(text, said) => (view! { <b>{sentences(text, said)}</b> }.into_any(), storeyard(), None),
    };
    view! {
        <li>
            <time class="muted num" datetime=stamp(event.at)>{time(event.at)}</time>
            <p>{what}{store}</p>
            <p class="muted">{who}{rest}</p>
        </li>
    }
    .into_any()
}

/// Whoever it was asked by, it is the platform that did it.
fn storeyard() -> AnyView {
    view! { "Storeyard" }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(what: What) -> Event {
        Event {
            at: Millis(1_795_442_531_000),
            store: StoreId::parse("casa-verde-0qk4z").ok(),
            name: StoreName::parse("Casa Verde").ok(),
            what,
        }
    }

    fn asked(what: Deed) -> Event {
        let by = Actor::Person(PersonId::parse("bo").unwrap());
        event(What::Asked { by, what, to: None, outcome: Outcome::Done, times: 1 })
    }

    fn admits(who: &str, store: &str, what: &str, event: &Event) -> bool {
        Wanted { who: who.into(), store: store.into(), what: what.into() }.admits(event)
    }

    #[test]
    fn each_filter_keeps_what_it_asks_for_and_an_empty_one_asks_for_nothing() {
        let (deleted, ready) = (asked(Deed::DeleteStore), event(What::Became(Phase::Ready)));
        for event in [&deleted, &ready] {
            assert!(admits("", "", "", event) && admits("", "", "nonsense", event));
            assert!(
                admits("", "verde", "", event)
                    && admits("", "CASA V", "", event)
                    && admits("", "0qk4z", "", event)
            );
            assert!(!admits("", "demo", "", event));
        }
        assert!(
            admits(" bo ", "", "", &deleted)
                && !admits("ada", "", "", &deleted)
                && !admits("bo", "", "", &ready)
        );
        assert!(admits("", "", "delete-store", &deleted) && !admits("", "", "retry-store", &deleted));
        assert!(
            admits("", "", "note", &event(What::Note("x".into(), Told::default())))
                && !admits("", "", "note", &ready)
        );
        assert!(admits("", "", "asked", &deleted) && !admits("", "", "asked", &ready));
        assert!(admits("", "", "became", &ready) && !admits("", "", "became", &deleted));
        assert!(admits("", "", "ready", &ready) && !admits("", "", "failed", &ready));
        let nowhere = Event { store: None, name: None, ..asked(Deed::CreateStore) };
        assert!(admits("", "", "", &nowhere) && !admits("", "a", "", &nowhere));
    }

    #[test]
    fn each_kind_is_found_by_its_key() {
        assert!(Kind::all().all(|kind| Kind::parse(kind.key()) == Some(kind)));
        assert_eq!(Kind::parse("sign-in"), None);
    }

    #[test]
    fn what_a_store_tells_was_asked_for_counts_where_no_log_does() {
        let entry = TimelineEntry {
            at: Millis(5),
            what: TimelineKind::Asked { what: Ask::Suspension, by: PersonId::parse("bo").unwrap() },
        };
        let (id, name) = (StoreId::parse("a-00000").unwrap(), StoreName::parse("A").unwrap());
        assert_eq!(Event::told(&id, &name, &entry, true), None);
        let told = Event::told(&id, &name, &entry, false).unwrap();
        assert!(admits("bo", "", "change-store", &told) && !admits("", "", "delete-store", &told));
        let who = Wanted { who: "bo".into(), ..Wanted::default() };
        assert!(who.admits_told(false) && !who.admits_told(true) && Wanted::default().admits_told(true));
    }

    #[test]
    fn what_is_looked_for_stays_within_its_parameter() {
        let wanted = Wanted { who: "a&b=c".into(), what: "ready".into(), ..Wanted::default() };
        assert_eq!(wanted.query(), "who=a%26b%3Dc&what=ready");
    }
}
