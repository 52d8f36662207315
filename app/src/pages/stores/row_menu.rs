//! What can be done with one store of the list, without going to its page. The browser itself opens such a menu and closes it, by Escape and by a
//! click elsewhere, and leads the keyboard into it from its button.

use leptos::prelude::*;
use store::{ListQuery, Phase, Selection, StoreSummary, Verb};

use crate::{
    components::{copy_button, kept},
    links,
    me::me,
    texts::{kinds, list, store as texts},
};

/// In the row. Nothing for a store of which nothing can be asked.
pub fn opener(summary: &StoreSummary) -> Option<AnyView> {
    has_menu(summary).then(|| {
        let label = list::actions_for(summary.name.as_str());
        view! {
            <button type="button" class="more" popovertarget=menu_id(summary) aria-label=label></button>
        }
        .into_any()
    })
}

/// The menus of all rows. They stand beside the table, whose form could not have theirs in it.
pub fn menus(rows: &[StoreSummary], query: &ListQuery) -> AnyView {
    let menus = rows.iter().filter(|summary| has_menu(summary)).map(|summary| menu(summary, query));
    view! { <div class="menus" data-key="menus">{menus.collect_view()}</div> }.into_any()
}

fn menu(summary: &StoreSummary, query: &ListQuery) -> AnyView {
    let label = list::actions_for(summary.name.as_str());
    let outward = summary.phase.may_answer().then(|| {
        view! {
            {outward(texts::open_shop(), summary.address.shop())}
            {outward(texts::open_admin(), summary.admin())}
        }
        .into_any()
    });
    let changes = me().changes(summary.owner.as_ref());
    let verb = verb(summary.phase).filter(|_| changes).map(|verb| asking(summary, query, verb));
    let delete = changes.then(|| {
        let to = links::from(&links::delete(&summary.id), &links::pairs(query));
        view! { <a class="button danger" href=to>{texts::delete()}</a> }.into_any()
    });
    view! {
        <div id=menu_id(summary) class="menu" popover="auto" role="group" aria-label=label>
            {outward}
            {copy_button(summary.address.shop(), texts::address_word(), true)}
            {verb}
            {delete}
        </div>
    }
    .into_any()
}

fn outward(label: &'static str, to: String) -> AnyView {
    view! { <a class="button" href=to rel="external noopener" target="_blank">{label}</a> }.into_any()
}

/// Asks it of this store alone, as a selection of one.
fn asking(summary: &StoreSummary, query: &ListQuery, verb: Verb) -> AnyView {
    view! {
        <form method="post" action=links::STORES>
            {kept(query)}
            <input type="hidden" name=Selection::ID value=summary.id.to_string()/>
            <button class="button" type="submit" name=Selection::VERB value=verb.key()>{kinds::verb(verb)}</button>
        </form>
    }
    .into_any()
}

fn has_menu(summary: &StoreSummary) -> bool {
    summary.phase != Phase::Deleting
}

/// What makes sense of a store that is so, beside its deletion.
fn verb(phase: Phase) -> Option<Verb> {
    match phase {
        Phase::Ready | Phase::Degraded => Some(Verb::Suspend),
        Phase::Suspended => Some(Verb::Resume),
        Phase::Failed => Some(Verb::Retry),
        // While it is changed, its own page knows which way.
        Phase::Queued | Phase::Provisioning | Phase::Updating | Phase::Deleting => None,
    }
}

fn menu_id(summary: &StoreSummary) -> String {
    format!("menu-{}", summary.id)
}

#[cfg(test)]
mod tests {
    use store::{Person, PersonId, Role};

    use super::*;
    use crate::{fixtures, me::Me};

    /// The words of the menu of a store that is so, as somebody of that role sees it.
    fn offered(role: Role, phase: Phase) -> Vec<&'static str> {
        let summary = fixtures::view(phase).summary;
        let id = PersonId::parse("ada").unwrap();
        let html = Owner::new().with(|| {
            provide_context(Me(Some(Person { id, name: "ada".into(), role })));
            menus(&[summary], &ListQuery::default()).to_html()
        });
        let words = ["Open shop", "Open admin", "address", "Suspend<", "Resume<", "Retry<", "Delete…"];
        words.into_iter().filter(|word| html.contains(&format!(">{word}"))).collect()
    }

    #[test]
    fn a_menu_has_what_makes_sense_of_a_store_that_is_so() {
        for (phase, words) in [
            (Phase::Ready, vec!["Open shop", "Open admin", "address", "Suspend<", "Delete…"]),
            (Phase::Degraded, vec!["Open shop", "Open admin", "address", "Suspend<", "Delete…"]),
            (Phase::Updating, vec!["Open shop", "Open admin", "address", "Delete…"]),
            (Phase::Suspended, vec!["address", "Resume<", "Delete…"]),
            (Phase::Failed, vec!["address", "Retry<", "Delete…"]),
            (Phase::Queued, vec!["address", "Delete…"]),
            (Phase::Deleting, vec![]),
        ] {
            assert_eq!(offered(Role::Admin, phase), words, "{phase:?}");
        }
    }

    #[test]
    fn whoever_may_only_look_is_offered_no_change() {
        assert_eq!(offered(Role::Viewer, Phase::Ready), ["Open shop", "Open admin", "address"]);
        assert_eq!(offered(Role::Viewer, Phase::Failed), ["address"]);
    }
}
