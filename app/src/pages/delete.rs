//! Deleting a store: what goes, and the name typed to confirm. In a dialog, and as a page of its own without a script.

use leptos::{prelude::*, server_fn::ServerFn};
use store::{Phase, StoreView, view::Volume};

use crate::{
    api::DeleteStore,
    components::{Whence, loading_card, refused_notice, refused_without_script, unread_notice},
    links,
    me::me,
    pages::{not_found, set_status},
    update::{Shown, Update},
};

pub fn page(update: &Update) -> AnyView {
    match &update.shown {
        Shown::Store(view) => confirm(view),
        Shown::Gone(gone) => on_its_way(&gone.view),
        Shown::Missing | Shown::List(_) => not_found::no_such_store(),
        Shown::Loading => {
            set_status(503);
            loading_card("The store is being read.", 3)
        }
        Shown::Unread(why) => {
            set_status(503);
            unread_notice("The store cannot be read", why.clone(), links::STORES.to_owned())
        }
    }
}

fn confirm(view: &StoreView) -> AnyView {
    if view.summary.phase == Phase::Deleting {
        return on_its_way(view);
    }
    if !me().changes(view.summary.owner.as_ref()) {
        return view! { <h1 tabindex="-1">"Delete store"</h1> {refused_notice(NOT_YOURS.to_owned())} }
            .into_any();
    }
    let back = Whence::known().kept_in(&links::store(&view.summary.id));
    let name = view.summary.name.to_string();
    let cancel = view! { <a class="button" data-from="" href=back.clone()>"Cancel"</a> }.into_any();
    view! {
        <a class="crumb" data-from="" href=back>"← " <bdi>{name.clone()}</bdi></a>
        <div class="page-head"><h1 tabindex="-1">"Delete " <bdi>{name}</bdi></h1></div>
        <div class="card padded narrow">{form(view, cancel)}</div>
    }
    .into_any()
}

const NOT_YOURS: &str =
    "You may look at this store and not delete it. Ask an admin, or whoever made it, to delete it.";

fn on_its_way(view: &StoreView) -> AnyView {
    view! {
        <section class="empty">
            <h1 tabindex="-1">"Already being deleted"</h1>
            <p>"Deletion of " <bdi>{view.summary.name.to_string()}</bdi> " was asked for before."</p>
            <a class="button primary" href=links::store(&view.summary.id)>"See how far it is"</a>
        </section>
    }
    .into_any()
}

/// The store may be given another name while it is open.
pub fn form(view: &StoreView, cancel: AnyView) -> AnyView {
    let (id, name) = (&view.summary.id, view.summary.name.to_string());
    let line = |Volume { name, gibibytes, .. }: &Volume| {
        view! { <li>{format!("its {name}, a volume of {gibibytes} GiB")}</li> }.into_any()
    };
    let refused = refused_without_script::<DeleteStore>();
    if let Some(error) = &refused {
        set_status(error.status());
    }
    let is_refused = refused.is_some().then_some("true");
    let exactly = name.clone();
    view! {
        <form class="delete" method="post" action=DeleteStore::url() novalidate data-send="" data-exactly=exactly data-then=links::store(id)>
            <p>"This cannot be undone. What goes:"</p>
            <ul>
                <li>"the shop at " <span class="mono">{view.summary.address.host.clone()}</span> " with its orders and customers"</li>
                {view.volumes.iter().map(line).collect_view()}
                <li>"the admin’s credentials"</li>
                <li>"the namespace " <span class="mono">{id.namespace()}</span> " and everything in it"</li>
            </ul>
            <p class="muted">"No other store is touched."</p>
            <input type="hidden" name="id" value=id.to_string()/>
            <div class="field">
                <label for="confirm-name">"Type “" <bdi class="typed">{name}</bdi> "” to confirm"</label>
                <input
                    id="confirm-name"
                    name="name"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    data-held=""
                    aria-invalid=is_refused
                    aria-describedby="confirm-name-error"
                />
                <p class="error" id="confirm-name-error" aria-live="polite" data-held="">{refused.map(|error| error.to_string())}</p>
            </div>
            <div class="actions">
                <button class="button danger solid" type="submit" data-held="" data-busy="Deleting…">"Delete store"</button>
                {cancel}
            </div>
        </form>
    }
    .into_any()
}
