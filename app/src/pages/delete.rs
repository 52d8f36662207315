//! Deleting a store: what goes, and the name typed to confirm. In a dialog, and as a page of its own without a script.

use leptos::{ev, html::Input, prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use store::{Phase, StoreView, view::Volume};

use crate::{
    api::DeleteStore,
    changing::{part, text},
    components::{FieldMessage, Heading, Loaded, LoadingCard, RefusedNotice, UnreadNotice},
    error::ApiError,
    links,
    me::me,
    pages::{id_in_path, not_found::NoSuchStore, set_status},
    update::{Shown, Update, View},
};

#[component]
pub fn DeleteStorePage() -> impl IntoView {
    let id = id_in_path();
    view! {
        <Title text="Delete store · Storeyard"/>
        {part(move || match id.get() {
            Some(id) => view! {
                <Loaded
                    view=View::Store(id)
                    placeholder=|| view! { <LoadingCard what="The store is being read." rows=3/> }
                    page=page
                />
            }
            .into_any(),
            None => view! { <NoSuchStore/> }.into_any(),
        })}
    }
}

fn page(found: Result<Update, ApiError>) -> AnyView {
    match found.map(|update| update.shown) {
        Ok(Shown::Store(view)) => view! { <Confirm view=*view/> }.into_any(),
        Ok(Shown::Gone(gone)) => view! { <OnItsWay view=gone.view/> }.into_any(),
        Ok(Shown::Loading) => {
            set_status(503);
            view! { <LoadingCard what="The store is being read." rows=3/> }.into_any()
        }
        Ok(Shown::Unread(why)) => unread(why),
        Ok(Shown::Missing | Shown::List(_)) => view! { <NoSuchStore/> }.into_any(),
        Err(error) => unread(error.to_string()),
    }
}

fn unread(why: String) -> AnyView {
    set_status(503);
    view! {
        <UnreadNotice what="The store cannot be read" why=Signal::stored(why) again=Signal::stored(links::STORES.to_owned())/>
    }
    .into_any()
}

#[component]
fn Confirm(view: StoreView) -> impl IntoView {
    if view.summary.phase == Phase::Deleting {
        return view! { <OnItsWay view/> }.into_any();
    }
    if !me().changes(view.summary.owner.as_ref()) {
        return view! { <Heading>"Delete store"</Heading> <RefusedNotice why=NOT_YOURS/> }.into_any();
    }
    let back = links::store(&view.summary.id);
    let name = view.summary.name.to_string();
    let cancel = view! { <a class="button" href=back.clone()>"Cancel"</a> }.into_any();
    view! {
        <a class="crumb" href=back>"← " <bdi>{name.clone()}</bdi></a>
        <div class="page-head"><Heading>"Delete " <bdi>{name}</bdi></Heading></div>
        <div class="card padded narrow"><DeleteForm view=Signal::stored(view) closed=Signal::stored(()) cancel/></div>
    }
    .into_any()
}

const NOT_YOURS: &str =
    "You may look at this store and not delete it. Ask an admin, or whoever made it, to delete it.";

#[component]
fn OnItsWay(view: StoreView) -> impl IntoView {
    view! {
        <section class="empty">
            <Heading>"Already being deleted"</Heading>
            <p>"Deletion of " <bdi>{view.summary.name.to_string()}</bdi> " was asked for before."</p>
            <a class="button primary" href=links::store(&view.summary.id)>"See how far it is"</a>
        </section>
    }
}

/// `closed` tells whenever what was typed is to be forgotten.
#[component]
pub fn DeleteForm(
    #[prop(into)] view: Signal<StoreView>,
    closed: Signal<()>,
    cancel: AnyView,
) -> impl IntoView {
    let delete = ServerAction::<DeleteStore>::new();
    let pending = delete.pending();
    let input = NodeRef::<Input>::new();
    let id = view.with_untracked(|view| view.summary.id.clone());
    // A store may be given another name while this is open.
    let name = Memo::new(move |_| view.with(|view| view.summary.name.to_string()));
    let volumes = part(move || {
        let volumes = view.with(|view| view.volumes.clone());
        let line = |volume: Volume| {
            let Volume { name, gibibytes } = volume;
            view! { <li>{format!("its {name}, a volume of {gibibytes} GiB")}</li> }.into_any()
        };
        volumes.into_iter().map(line).collect_view().into_any()
    });
    let mismatch = RwSignal::new(false);
    let error = Signal::derive(move || {
        if mismatch.get() {
            return Some(format!("The name does not match. Type “{}” to delete this store.", name.get()));
        }
        delete.value().with(|value| value.as_ref()?.as_ref().err().map(ToString::to_string))
    });
    if let Some(Err(error)) = delete.value().get_untracked() {
        set_status(error.status());
    }
    let navigate = use_navigate();
    let progress = links::store(&id);
    Effect::new(move |_| {
        if delete.value().with(|value| matches!(value, Some(Ok(())))) {
            navigate(&progress, NavigateOptions { scroll: false, ..NavigateOptions::default() });
        }
    });
    Effect::new(move |is_open: Option<()>| {
        closed.track();
        if is_open.is_some() {
            mismatch.set(false);
            delete.clear();
            if let Some(input) = input.get_untracked() {
                input.set_value("");
            }
        }
    });
    let on_submit = {
        let id = id.to_string();
        move |event: ev::SubmitEvent| {
            event.prevent_default();
            let Some(input) = input.get_untracked().filter(|_| !pending.get_untracked()) else { return };
            let typed = input.value();
            mismatch.set(typed.trim() != name.get_untracked());
            if mismatch.get_untracked() {
                // It can have the focus: it is shown.
                let _ = input.focus();
                return;
            }
            delete.dispatch(DeleteStore { id: id.clone(), name: typed });
        }
    };
    view! {
        <form class="delete" method="post" action=DeleteStore::url() novalidate on:submit=on_submit>
            <p>"This cannot be undone. What goes:"</p>
            <ul>
                <li>"the shop at " <span class="mono">{view.with_untracked(|view| view.summary.address.host.clone())}</span> " with its orders and customers"</li>
                {volumes}
                <li>"the admin’s credentials"</li>
                <li>"the namespace " <span class="mono">{id.namespace()}</span> " and everything in it"</li>
            </ul>
            <p class="muted">"No other store is touched."</p>
            <input type="hidden" name="id" value=id.to_string()/>
            <div class="field">
                <label for="confirm-name">"Type “" <bdi class="typed">{text(move || name.get())}</bdi> "” to confirm"</label>
                <input
                    node_ref=input
                    id="confirm-name"
                    name="name"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby="confirm-name-error"
                    on:input=move |_| mismatch.set(false)
                />
                <FieldMessage id="confirm-name-error" error/>
            </div>
            <div class="actions">
                <button class="button danger solid" type="submit" aria-disabled=move || pending.get().then_some("true")>
                    {text(move || if pending.get() { "Deleting…" } else { "Delete store" })}
                </button>
                {cancel}
            </div>
        </form>
    }
}
