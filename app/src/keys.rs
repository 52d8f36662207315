//! The keys that do something wherever one is. One table: the browser presses what bears the key, and the help shows it.

use leptos::prelude::*;
use store::Person;

use crate::{links, palette, texts::keys as texts};

/// The dialog that tells of them.
pub const HELP: &str = "keys";

/// A key without a modifier. Whoever speaks to their computer can switch all of them off.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    pub key: &'static str,
    title: fn() -> &'static str,
    /// After the key, where a page mentions it.
    hint: fn() -> &'static str,
    does: Does,
}

#[derive(Clone, Copy, Debug)]
enum Does {
    Go(&'static str),
    /// Where there is such an element.
    Focus(&'static str),
    Open(&'static str),
}

pub const NEW: Key = Key { key: "n", title: texts::new, hint: texts::for_new, does: Does::Go(links::NEW) };
pub const SEARCH: Key =
    Key { key: "/", title: texts::search, hint: texts::to_search, does: Does::Focus("#search") };
const LIST: Key = Key { key: "s", title: texts::list, hint: texts::for_list, does: Does::Go(links::STORES) };
const ALL_KEYS: Key = Key { key: "?", title: texts::all, hint: texts::for_all, does: Does::Open(HELP) };

/// Whoever may make no store has no key for it.
fn keys(person: &Person) -> impl Iterator<Item = Key> + use<> {
    let creates = person.creates();
    [LIST, NEW, SEARCH, ALL_KEYS].into_iter().filter(move |key| creates || key.key != NEW.key)
}

/// On every page that has a program; opened by its key and from the account's menu.
pub fn help(person: &Person) -> AnyView {
    let rows = keys(person).map(|key| view! { <li><kbd>{key.key}</kbd>{key.element()}</li> }.into_any());
    view! {
        <dialog id=HELP class="keys-help" aria-labelledby="keys-title">
            <h2 id="keys-title">{texts::keys()}</h2>
            <ul>
                {rows.collect_view()}
                <li><kbd>{palette::modified()}</kbd><span>{texts::anything()}</span></li>
            </ul>
            <div class="actions">
                {switch()}
                <button class="button" type="button" data-closes=HELP>{texts::close()}</button>
            </div>
        </dialog>
    }
    .into_any()
}

/// The program keeps it as the browser has it.
pub fn switch() -> AnyView {
    view! { <button type="button" class="button switch scripted" role="switch" aria-checked="true" data-keys-switch="">{texts::switch()}</button> }
        .into_any()
}

impl Key {
    /// What is pressed, by the key and by hand.
    fn element(self) -> AnyView {
        let Self { key, title, does, .. } = self;
        let title = title();
        match does {
            Does::Go(to) => view! { <a href=to data-hotkey=key data-closes=HELP>{title}</a> }.into_any(),
            Does::Focus(what) => {
                view! { <button class="plain-button" type="button" data-hotkey=key data-focuses=what data-closes=HELP>{title}</button> }
                    .into_any()
            }
            // What it opens is open to whoever sees it.
            Does::Open(what) => view! { <span data-hotkey=key data-opens=what>{title}</span> }.into_any(),
        }
    }

    /// A word on it, for a page on which it is of use.
    pub fn mention(self) -> AnyView {
        view! { <span><kbd>{self.key}</kbd>{format!(" {}", (self.hint)())}</span> }.into_any()
    }
}

#[cfg(test)]
mod tests {
    use store::{PersonId, Role};

    use super::*;

    fn person(role: Role) -> Person {
        Person { id: PersonId::parse("ada").unwrap(), name: "Ada".into(), role }
    }

    #[test]
    fn no_key_does_two_things_and_the_help_has_each_of_them() {
        for role in Role::ALL {
            let person = person(role);
            let all: Vec<&str> = keys(&person).map(|key| key.key).collect();
            let unique: std::collections::BTreeSet<&str> = all.iter().copied().collect();
            assert_eq!(unique.len(), all.len());
            let help = help(&person).to_html();
            for key in &all {
                assert!(help.contains(&format!("data-hotkey=\"{key}\"")), "{key}: {help}");
            }
            assert_eq!(all.contains(&"n"), role != Role::Viewer);
        }
    }
}
