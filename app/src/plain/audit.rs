//! The audit log, for admins.

use access::audit::{Actor, Deed, Entry, Outcome, Record};
use leptos::prelude::*;
use store::Person;

use crate::{links, plain::document, texts::audit as texts};

/// What is looked for: as the form sends it, so that the form has it again. What is empty or not understood asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub who: String,
    /// A store or a user.
    pub of: String,
    pub what: String,
    pub result: String,
    /// The first day and the last, as 2026-11-26, in UTC.
    pub since: String,
    pub until: String,
}

/// What is shown of the log.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The newest first.
    pub records: Vec<Record>,
    /// How many there are in all that are looked for.
    pub found: usize,
    pub page: usize,
}

pub const PAGE: usize = 100;

impl Wanted {
    pub fn admits(&self, record: &Record) -> bool {
        let Entry { who, what, outcome, store, user, .. } = &record.entry;
        let is_who = match (self.who.trim(), who) {
            ("", _) => true,
            (name, Actor::Person(person)) => person.as_str() == name,
            (_, Actor::Stranger) => false,
        };
        let of = self.of.trim();
        let is_of = of.is_empty()
            || store.as_ref().is_some_and(|store| store.as_str() == of)
            || user.as_ref().is_some_and(|user| user.as_str() == of);
        let (first, last) = (day(record.at), day(record.until));
        is_who
            && is_of
            && Deed::parse(&self.what).is_none_or(|wanted| wanted == *what)
            && Outcome::parse(&self.result).is_none_or(|wanted| wanted == *outcome)
            && (!is_day(&self.since) || last.as_str() >= self.since.as_str())
            && (!is_day(&self.until) || first.as_str() <= self.until.as_str())
    }

    /// In an address.
    pub fn query(&self) -> String {
        let Self { who, of, what, result, since, until } = self;
        let pairs = [
            ("who", who),
            ("of", of),
            ("what", what),
            ("result", result),
            ("since", since),
            ("until", until),
        ];
        let pairs = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        pairs.map(|(key, value)| format!("{key}={}", links::escaped(value))).collect::<Vec<_>>().join("&")
    }
}

pub fn page(style: &str, person: &Person, wanted: &Wanted, shown: &Result<Shown, String>) -> String {
    let body = view! {
        <div class="page-head">
            <div><h1>{texts::audit()}</h1><p>{texts::what_it_is()}</p></div>
            <div class="actions"><a class="button" href=with(links::AUDIT_EXPORT, &wanted.query()) download="audit.jsonl">{texts::export()}</a></div>
        </div>
        {filters(wanted)}
        {match shown {
            Ok(shown) => list(wanted, shown),
            Err(why) => view! { <div class="notice" role="alert"><h2>{texts::unread()}</h2><p>{why.clone()}</p></div> }.into_any(),
        }}
    };
    document(style, person, links::AUDIT, texts::audit(), body.into_any())
}

fn filters(wanted: &Wanted) -> AnyView {
    let deeds = Deed::ALL.iter().map(|deed| (deed.key(), texts::deed(*deed)));
    let outcomes = Outcome::ALL.into_iter().map(|outcome| (outcome.key(), texts::outcome(outcome)));
    view! {
        <form class="filters card padded" method="get" action=links::AUDIT>
            {field(texts::who(), "who", "text", &wanted.who)}
            {field(texts::store_or_user(), "of", "text", &wanted.of)}
            {select(texts::what(), "what", deeds, &wanted.what)}
            {select(texts::result(), "result", outcomes, &wanted.result)}
            {field(texts::from_day(), "since", "date", &wanted.since)}
            {field(texts::to_day(), "until", "date", &wanted.until)}
            <div class="actions">
                <button class="button primary" type="submit">{texts::show()}</button>
                <a class="button" href=links::AUDIT>{texts::all()}</a>
            </div>
        </form>
    }
    .into_any()
}

pub(super) fn field(label: &'static str, name: &'static str, kind: &'static str, value: &str) -> AnyView {
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input id=name name=name type=kind value=value.to_owned() autocapitalize="none" autocomplete="off" spellcheck="false"/>
        </div>
    }
    .into_any()
}

fn select(
    label: &'static str,
    name: &'static str,
    choices: impl Iterator<Item = (&'static str, &'static str)>,
    chosen: &str,
) -> AnyView {
    let option = |(key, title): (&'static str, &'static str)| {
        view! { <option value=key selected={key == chosen}>{title}</option> }
    };
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select id=name name=name><option value="">{texts::all()}</option>{choices.map(option).collect_view()}</select>
        </div>
    }
    .into_any()
}

fn list(wanted: &Wanted, Shown { records, found, page }: &Shown) -> AnyView {
    if records.is_empty() {
        let told = if *wanted == Wanted::default() { texts::nothing_yet() } else { texts::no_match() };
        return view! { <section class="card empty"><p role="status">{told}</p></section> }.into_any();
    }
    let first = page * PAGE;
    let to = |page: usize| {
        let query = wanted.query();
        with(links::AUDIT, &[query.as_str(), &format!("page={}", page + 1)].join("&"))
    };
    let newer =
        (*page > 0).then(|| view! { <a class="button" rel="prev" href=to(page - 1)>{texts::newer()}</a> });
    let older = (first + records.len() < *found)
        .then(|| view! { <a class="button" rel="next" href=to(page + 1)>{texts::older()}</a> });
    view! {
        <p class="muted num" role="status">{texts::range(first + 1, first + records.len(), *found)}</p>
        <section class="card"><ol class="log">{records.iter().map(row).collect_view()}</ol></section>
        <nav class="actions" aria-label=texts::pages()>{newer}{older}</nav>
    }
    .into_any()
}

fn row(record: &Record) -> AnyView {
    let Entry { who, what, outcome, store, user, to, from } = &record.entry;
    let who = match who {
        Actor::Person(person) => view! { <bdi>{person.to_string()}</bdi> }.into_any(),
        Actor::Stranger => view! { <span class="muted">{texts::nobody_known()}</span> }.into_any(),
    };
    let store = store.as_ref().map(|store| view! { " " <a href=links::store(store)>{store.to_string()}</a> });
    let user = user.as_ref().map(|user| view! { " " <bdi>{user.to_string()}</bdi> });
    let to = to.as_ref().map(|to| format!(": {to}"));
    let from = from.map_or_else(|| texts::many_addresses().to_owned(), |from| texts::from(&from.to_string()));
    let times = (record.times > 1).then(|| texts::times(record.times, &time(record.until)));
    view! {
        <li>
            <time class="muted num" datetime=stamp(record.at)>{time(record.at)}</time>
            <p><b>{texts::deed(*what)}</b>{store}{user}{to}</p>
            <p class="muted">{who}" · "{from}" · "<span class=outcome.key()>{texts::outcome(*outcome)}</span>{times}</p>
        </li>
    }
    .into_any()
}

fn with(path: &str, query: &str) -> String {
    let query = query.trim_matches('&');
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

pub(super) fn stamp(at: store::Millis) -> String {
    crate::clock::iso(at)
}

/// As 2026-11-26 19:04:05.
pub(super) fn time(at: store::Millis) -> String {
    stamp(at).chars().take(19).collect::<String>().replace('T', " ")
}

fn day(at: store::Millis) -> String {
    stamp(at).chars().take(10).collect()
}

fn is_day(text: &str) -> bool {
    text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(n, byte)| if n == 4 || n == 7 { byte == b'-' } else { byte.is_ascii_digit() })
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use store::{Millis, PersonId, StoreId};

    use super::*;

    fn record() -> Record {
        let from = IpAddr::from([192, 0, 2, 7]);
        let entry = Entry::new(PersonId::parse("ada").ok(), Deed::DeleteStore, Outcome::Done, from)
            .of_store(StoreId::parse("casa-verde").ok());
        let at = Millis(1_795_442_531_000);
        Record { id: "1".into(), at, entry, times: 1, until: at }
    }

    #[test]
    fn each_filter_keeps_what_it_asks_for_and_an_empty_one_asks_for_nothing() {
        let wanted = |change: fn(&mut Wanted)| {
            let mut wanted = Wanted::default();
            change(&mut wanted);
            wanted.admits(&record())
        };
        assert!(wanted(|_| ()));
        assert!(wanted(|wanted| wanted.who = " ada ".into()) && !wanted(|wanted| wanted.who = "bo".into()));
        assert!(
            wanted(|wanted| wanted.of = "casa-verde".into()) && !wanted(|wanted| wanted.of = "casa".into())
        );
        assert!(
            wanted(|wanted| wanted.what = "delete-store".into())
                && !wanted(|wanted| wanted.what = "role".into())
        );
        assert!(
            wanted(|wanted| wanted.result = "done".into())
                && !wanted(|wanted| wanted.result = "refused".into())
        );
        assert!(
            wanted(|wanted| wanted.since = "2026-11-23".into())
                && !wanted(|wanted| wanted.since = "2026-11-24".into())
        );
        assert!(
            wanted(|wanted| wanted.until = "2026-11-23".into())
                && !wanted(|wanted| wanted.until = "2026-11-22".into())
        );
        assert!(wanted(|wanted| wanted.until = "nonsense".into()));
    }

    #[test]
    fn what_is_looked_for_stays_within_its_parameter() {
        let wanted = Wanted { who: "a&b=c".into(), result: "done".into(), ..Wanted::default() };
        assert_eq!(wanted.query(), "who=a%26b%3Dc&result=done");
    }
}
