//! Deleting a store: what goes, and the name typed to confirm. In a dialog, and as a page of its own without a script.

use leptos::{prelude::*, server_fn::ServerFn};
use store::{Phase, StoreView, view::Volume};

use crate::{
    api::DeleteStore,
    components::{Whence, english, loading_card, refused_notice, refused_without_script, unread_notice},
    language::language,
    links,
    me::me,
    pages::{not_found, set_status},
    texts::{delete as texts, store as pages},
    update::{Shown, Update},
};

pub fn page(update: &Update) -> AnyView {
    match &update.shown {
        Shown::Store(view) => confirm(view),
        Shown::Gone(gone) => on_its_way(&gone.view),
        Shown::Missing | Shown::List(_) => not_found::no_such_store(),
        Shown::Loading => {
            set_status(503);
            loading_card(pages::reading(), 3)
        }
        Shown::Unread(why) => {
            set_status(503);
            unread_notice(pages::unread(), english(why.clone()), links::STORES.to_owned())
        }
    }
}

fn confirm(view: &StoreView) -> AnyView {
    if view.summary.phase == Phase::Deleting {
        return on_its_way(view);
    }
    if !me().changes(view.summary.owner.as_ref()) {
        return view! { <h1 tabindex="-1">{texts::delete_store()}</h1> {refused_notice(texts::not_yours().to_owned())} }
            .into_any();
    }
    let back = Whence::known().kept_in(&links::store(&view.summary.id));
    let name = view.summary.name.to_string();
    let cancel = view! { <a class="button" data-from="" href=back.clone()>{texts::cancel()}</a> }.into_any();
    view! {
        <a class="crumb" data-from="" href=back>"← " <bdi>{name.clone()}</bdi></a>
        <div class="page-head"><h1 tabindex="-1">{texts::delete()} <bdi>{name}</bdi></h1></div>
        <div class="card padded narrow">{form(view, cancel)}</div>
    }
    .into_any()
}

fn on_its_way(view: &StoreView) -> AnyView {
    view! {
        <section class="empty">
            <h1 tabindex="-1">{texts::already()}</h1>
            <p>{texts::deletion_of()} <bdi>{view.summary.name.to_string()}</bdi> {texts::asked_before()}</p>
            <a class="button primary" href=links::store(&view.summary.id)>{texts::how_far()}</a>
        </section>
    }
    .into_any()
}

/// The store may be given another name while it is open.
pub fn form(view: &StoreView, cancel: AnyView) -> AnyView {
    let (id, name) = (&view.summary.id, view.summary.name.to_string());
    let line = |Volume { title, gibibytes, .. }: &Volume| {
        view! { <li>{texts::its_volume(title.told(language()).0, *gibibytes)}</li> }.into_any()
    };
    let refused = refused_without_script::<DeleteStore>();
    if let Some(error) = &refused {
        set_status(error.status());
    }
    let is_refused = refused.is_some().then_some("true");
    let exactly = name.clone();
    view! {
        <form class="delete" method="post" action=DeleteStore::url() novalidate data-send="" data-exactly=exactly data-then=links::store(id)>
            <p>{texts::what_goes()}</p>
            <ul>
                <li>{texts::the_shop_at()} <span class="mono">{view.summary.address.host.clone()}</span> {texts::with_orders()}</li>
                {view.volumes.iter().map(line).collect_view()}
                <li>{texts::credentials()}</li>
                <li>{texts::the_namespace()} <span class="mono">{id.namespace()}</span> {texts::and_all()}</li>
            </ul>
            <p class="muted">{texts::no_other()}</p>
            <input type="hidden" name="id" value=id.to_string()/>
            <div class="field">
                <label for="confirm-name">{texts::type_it()} <bdi class="typed">{name}</bdi> {texts::to_confirm()}</label>
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
                <button class="button danger solid" type="submit" data-held="" data-busy=texts::deleting()>{texts::delete_store()}</button>
                {cancel}
            </div>
        </form>
    }
    .into_any()
}
