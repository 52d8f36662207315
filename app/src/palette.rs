//! The command palette: pages, stores by name, and what can be done with them, found by what is typed. The server finds and writes it.

use leptos::prelude::*;
use provisioner::stores::Reading;
use store::{ListQuery, Person, Phase, StoreSummary, query::Sort};

use crate::{
    error::ApiError,
    guard::{Granted, granted},
    keys, links,
    plain::menu_of,
    texts::{activity, keys as texts, kinds, list},
};

pub const PALETTE: &str = "palette";
/// Of more stores at once one types another letter.
const STORES: usize = 8;
/// So many of them are told what can be done with.
const ACTED_ON: usize = 3;

/// Shown by the page's program alone; without it there are the pages' own links.
pub fn dialog() -> AnyView {
    view! {
        <dialog id=PALETTE aria-label=texts::anything()>
            <input
                id="palette-input"
                type="text"
                role="combobox"
                aria-label=texts::which()
                placeholder=texts::which()
                aria-expanded="true"
                aria-controls="palette-found"
                aria-autocomplete="list"
                aria-describedby="palette-status"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                autofocus
            />
            <div id="palette-found" role="listbox" aria-label=texts::found()></div>
            <p id="palette-status" class="muted" role="status"></p>
        </dialog>
    }
    .into_any()
}

/// What opens it by hand.
pub fn opener() -> AnyView {
    view! {
        <button class="button find scripted" type="button" data-opens=PALETTE aria-keyshortcuts="Control+K Meta+K" aria-label=texts::anything()>
            <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true"><circle cx="11" cy="11" r="6"/><path d="m20 20-4.6-4.6"/></svg>
            <kbd aria-hidden="true">{modified()}</kbd>
        </button>
    }
    .into_any()
}

/// The key that opens it, as it is called on the keyboard in front of whoever asks.
pub fn modified() -> &'static str {
    let agent = use_context::<http::request::Parts>().and_then(|parts| {
        let agent = parts.headers.get(http::header::USER_AGENT)?;
        Some(agent.to_str().is_ok_and(|agent| agent.contains("Mac OS")))
    });
    if agent == Some(true) { "⌘ K" } else { texts::control() }
}

/// What is found for `text`, as it is to stand in the list.
///
/// # Errors
/// Nobody is signed in, or the stores are not known yet.
pub(crate) fn found(text: &str) -> Result<String, ApiError> {
    let Granted { stores, person, .. } = granted()?;
    let text = text.trim().to_lowercase();
    let snapshot = stores.snapshot();
    match &snapshot.reading {
        Reading::Loading => {
            return Err(ApiError::Unavailable(list::still_reading().to_owned()));
        }
        Reading::Stale { why, .. } if snapshot.rows().is_empty() => {
            return Err(ApiError::Unavailable(why.clone()));
        }
        Reading::Stale { .. } | Reading::Fresh => {}
    }
    let search = |text: &str| {
        let sort = if text.is_empty() { Sort::Created } else { Sort::Name };
        let asked = ListQuery::parse([("q", text)]);
        let mut rows = snapshot.rows().page(&ListQuery { sort, ..asked }, |owner| person.sees(owner)).rows;
        // What begins so is meant before what has it somewhere.
        rows.sort_by_key(|row| !row.name.as_str().to_lowercase().starts_with(text));
        rows.truncate(STORES);
        rows
    };
    Ok(written(&groups(&person, &text, search)))
}

#[derive(Debug, PartialEq, Eq)]
struct Group {
    title: &'static str,
    entries: Vec<Entry>,
}

#[derive(Debug, PartialEq, Eq)]
struct Entry {
    title: String,
    hint: String,
    to: To,
}

#[derive(Debug, PartialEq, Eq)]
enum To {
    /// A page that the program goes to.
    Page(String),
    /// Another document.
    Document(String),
    /// A shop, beside this.
    Shop(String),
    Opens(&'static str),
}

/// What can be done with a store.
const VERBS: [&str; 5] = ["logs", "metrics", "shop", "admin", "delete"];

fn groups(person: &Person, text: &str, search: impl Fn(&str) -> Vec<StoreSummary>) -> Vec<Group> {
    let (verb, of) = verb(text);
    let stores = search(text);
    let acted_on = if verb.is_some() { search(of) } else { stores.clone() };
    let acts = acted_on.iter().take(if verb.is_some() { STORES } else { ACTED_ON });
    let acts = acts.flat_map(|store| VERBS.into_iter().filter_map(move |known| act(person, store, known)));
    let is_asked = |(known, _): &(&str, Entry)| verb.map_or(!text.is_empty(), |verb| verb == *known);
    let acts = acts.filter(is_asked).map(|(_, entry)| entry).collect();
    let groups = [
        Group { title: list::stores(), entries: stores.iter().map(page_of).collect() },
        Group {
            title: texts::pages(),
            entries: pages(person).filter(|entry| has(&entry.title, text)).collect(),
        },
        Group { title: texts::actions(), entries: acts },
    ];
    groups.into_iter().filter(|group| !group.entries.is_empty()).collect()
}

/// What is to be done, if the first word says so, and with what. Two letters are enough to mean it.
fn verb(text: &str) -> (Option<&'static str>, &str) {
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let verb = VERBS.into_iter().find(|verb| first.len() > 1 && typed(verb).starts_with(first));
    // “Logs of …” is how it is called.
    let rest = rest.trim_start();
    (verb, if verb.is_some() { rest.strip_prefix(texts::typed_of()).unwrap_or(rest) } else { text })
}

/// The word for it.
fn typed(verb: &str) -> &'static str {
    match verb {
        "logs" => texts::typed_logs(),
        "metrics" => texts::typed_metrics(),
        "shop" => texts::typed_shop(),
        "admin" => texts::typed_admin(),
        _ => texts::typed_delete(),
    }
}

fn has(title: &str, text: &str) -> bool {
    let title = title.to_lowercase();
    text.split_whitespace().all(|word| title.contains(word))
}

fn pages(person: &Person) -> impl Iterator<Item = Entry> + use<> {
    let page = |title: &str, to| Entry { title: title.to_owned(), hint: String::new(), to };
    let new = person.creates().then(|| page(texts::new(), To::Page(links::NEW.to_owned())));
    let others = menu_of(person).map(move |(title, to)| page(title, To::Document(to.to_owned())));
    [page(texts::list(), To::Page(links::STORES.to_owned()))]
        .into_iter()
        .chain(new)
        .chain([page(activity::activity(), To::Document(links::ACTIVITY.to_owned()))])
        .chain(others)
        .chain([page(texts::keys(), To::Opens(keys::HELP))])
}

fn page_of(store: &StoreSummary) -> Entry {
    Entry {
        title: store.name.to_string(),
        hint: format!("{} · {}", kinds::phase(store.phase), store.address.host),
        to: To::Page(links::store(&store.id)),
    }
}

/// Nothing where that cannot be done with it, or not by them.
fn act(person: &Person, store: &StoreSummary, verb: &'static str) -> Option<(&'static str, Entry)> {
    let name = store.name.as_str();
    let answers = store.phase.may_answer();
    let deletes = person.changes(store.owner.as_ref()) && store.phase != Phase::Deleting;
    let (title, to) = match verb {
        "logs" => (texts::logs_of(name), To::Document(links::logs(&store.id))),
        "metrics" => (texts::metrics_of(name), To::Document(links::metrics(&store.id))),
        "shop" if answers => (texts::open_shop(name), To::Shop(store.address.shop())),
        "admin" if answers => (texts::open_admin(name), To::Shop(store.admin())),
        "delete" if deletes => (texts::delete(name), To::Page(links::delete(&store.id))),
        _ => return None,
    };
    Some((verb, Entry { title, hint: store.address.host.clone(), to }))
}

fn written(groups: &[Group]) -> String {
    let mut number = 0;
    let mut option = |entry: &Entry| {
        number += 1;
        let (id, selected) = (format!("palette-{number}"), if number == 1 { "true" } else { "false" });
        let inner = view! { <bdi>{entry.title.clone()}</bdi> <span class="sub">{entry.hint.clone()}</span> };
        match &entry.to {
            To::Page(to) => {
                view! { <a role="option" id=id aria-selected=selected tabindex="-1" href=to.clone()>{inner}</a> }.into_any()
            }
            To::Document(to) => {
                view! { <a role="option" id=id aria-selected=selected tabindex="-1" href=to.clone() rel="external">{inner}</a> }
                    .into_any()
            }
            To::Shop(to) => {
                view! { <a role="option" id=id aria-selected=selected tabindex="-1" href=to.clone() rel="external noopener" target="_blank">{inner}</a> }
                    .into_any()
            }
            To::Opens(what) => {
                view! { <a role="option" id=id aria-selected=selected tabindex="-1" data-opens=*what>{inner}</a> }.into_any()
            }
        }
    };
    let groups = groups.iter().map(|group| {
        let options: Vec<AnyView> = group.entries.iter().map(&mut option).collect();
        view! {
            <div role="group" aria-label=group.title>
                <span class="palette-group" aria-hidden="true">{group.title}</span>
                {options}
            </div>
        }
        .into_any()
    });
    groups.collect_view().to_html()
}

#[cfg(test)]
mod tests {
    use store::{PersonId, Role};

    use super::*;
    use crate::fixtures::summary;

    fn person(role: Role) -> Person {
        Person { id: PersonId::parse("ada").unwrap(), name: "Ada".into(), role }
    }

    /// What is found among two stores, in a line a group.
    fn found(role: Role, text: &str) -> Vec<String> {
        let stores = [
            summary("atelier-nord-x7k2q", "Atelier Nord", Phase::Ready),
            summary("casa-verde-0qk4z", "Casa Verde", Phase::Deleting),
        ];
        let search = |text: &str| {
            let named = stores.iter().filter(|store| store.name.as_str().to_lowercase().contains(text));
            named.cloned().collect()
        };
        let line = |group: &Group| {
            let titles: Vec<&str> = group.entries.iter().map(|entry| entry.title.as_str()).collect();
            format!("{}: {}", group.title, titles.join(", "))
        };
        groups(&person(role), text, search).iter().map(line).collect()
    }

    #[test]
    fn pages_and_the_newest_stores_are_offered_before_anything_is_typed() {
        assert_eq!(
            found(Role::Member, ""),
            [
                "Stores: Atelier Nord, Casa Verde",
                "Pages: List of stores, New store, Activity, Your account, Keyboard shortcuts"
            ]
        );
        assert!(found(Role::Admin, "")[1].contains("Users, Audit log"));
        assert!(!found(Role::Viewer, "")[1].contains("New store"));
    }

    #[test]
    fn a_store_is_found_by_its_name_with_what_can_be_done_with_it() {
        let told = "Actions: Logs of Atelier Nord, Metrics of Atelier Nord, Open the shop Atelier Nord, Open the admin of Atelier Nord";
        assert_eq!(
            found(Role::Admin, "atel"),
            ["Stores: Atelier Nord".to_owned(), format!("{told}, Delete Atelier Nord…")]
        );
        assert_eq!(found(Role::Viewer, "atel")[1], told);
        assert_eq!(found(Role::Admin, "casa")[1], "Actions: Logs of Casa Verde, Metrics of Casa Verde");
    }

    #[test]
    fn a_verb_and_a_name_are_that_action() {
        assert_eq!(found(Role::Admin, "del atelier"), ["Actions: Delete Atelier Nord…"]);
        assert_eq!(found(Role::Admin, "logs of casa"), ["Actions: Logs of Casa Verde"]);
        assert_eq!(found(Role::Admin, "logs"), ["Actions: Logs of Atelier Nord, Logs of Casa Verde"]);
        assert_eq!(found(Role::Admin, "delete casa"), [""; 0]);
    }

    #[test]
    fn what_is_typed_on_a_german_page_is_german() {
        let found = |text: &str| {
            Owner::new().with(|| {
                provide_context(store::Language::German);
                found(Role::Admin, text)
            })
        };
        assert_eq!(found("lösch atelier"), ["Aktionen: Atelier Nord löschen…"]);
        assert_eq!(found("messwerte von casa"), ["Aktionen: Messwerte von Casa Verde"]);
        assert_eq!(found("aktivität"), ["Seiten: Aktivität"]);
    }

    #[test]
    fn pages_are_found_by_any_words_of_theirs() {
        assert_eq!(found(Role::Admin, "log audit"), ["Pages: Audit log"]);
        assert_eq!(found(Role::Admin, "nothing like it"), [""; 0]);
    }

    #[test]
    fn one_option_is_chosen_and_each_has_an_id_of_its_own() {
        let stores = |_: &str| vec![summary("atelier-nord-x7k2q", "Café", Phase::Ready)];
        let html = written(&groups(&person(Role::Admin), "", stores));
        assert_eq!(html.matches("aria-selected=\"true\"").count(), 1);
        let count = html.matches("role=\"option\"").count();
        assert!((1..=count).all(|n| html.contains(&format!("id=\"palette-{n}\""))), "{html}");
    }
}
