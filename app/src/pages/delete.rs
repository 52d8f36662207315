//! Deleting a store: what goes, and the name typed to confirm. In a dialog, and as a page of its own without a script.

use leptos::{ev, prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use store::{Phase, StoreView};

use crate::{
    api::DeleteStore,
    browser,
    changing::{part, text},
    components::{FieldMessage, Loaded, LoadingCard, UnreadNotice},
    error::ApiError,
    links,
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
    let back = links::store(&view.summary.id);
    let navigate = use_navigate();
    let on_cancel = {
        let back = back.clone();
        Callback::new(move |()| navigate(&back, NavigateOptions::default()))
    };
    view! {
        <a class="crumb" href=back>"← " <bdi>{view.summary.name.to_string()}</bdi></a>
        <div class="page-head"><h1>"Delete " <bdi>{view.summary.name.to_string()}</bdi></h1></div>
        <div class="card padded narrow"><DeleteForm view on_cancel/></div>
    }
    .into_any()
}

#[component]
fn OnItsWay(view: StoreView) -> impl IntoView {
    view! {
        <section class="empty">
            <h1>"Already being deleted"</h1>
            <p>"Deletion of " <bdi>{view.summary.name.to_string()}</bdi> " was asked for before."</p>
            <a class="button primary" href=links::store(&view.summary.id)>"See how far it is"</a>
        </section>
    }
}

#[component]
pub fn DeleteForm(view: StoreView, on_cancel: Callback<()>) -> impl IntoView {
    let delete = ServerAction::<DeleteStore>::new();
    let pending = delete.pending();
    let summary = view.summary;
    let size = summary.plan.size();
    let id = summary.id.clone();
    let name = summary.name.to_string();
    let mismatch = RwSignal::new(false);
    let error = Signal::derive({
        let name = name.clone();
        move || {
            if mismatch.get() {
                return Some(format!("The name does not match. Type “{name}” to delete this store."));
            }
            delete.value().with(|value| value.as_ref()?.as_ref().err().map(ToString::to_string))
        }
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
    let on_submit = {
        let (id, name) = (id.to_string(), name.clone());
        move |event: ev::SubmitEvent| {
            event.prevent_default();
            if pending.get_untracked() {
                return;
            }
            let typed = browser::value("#confirm-name").unwrap_or_default();
            mismatch.set(typed.trim() != name);
            if mismatch.get_untracked() {
                browser::focus("#confirm-name");
                return;
            }
            delete.dispatch(DeleteStore { id: id.clone(), name: typed });
        }
    };
    let cancel = move |event: ev::MouseEvent| {
        event.prevent_default();
        mismatch.set(false);
        on_cancel.run(());
    };
    view! {
        <form class="delete" method="post" action=DeleteStore::url() novalidate on:submit=on_submit>
            <p>"This cannot be undone. What goes:"</p>
            <ul>
                <li>"the shop at " <span class="mono">{summary.address.host.clone()}</span> " with its orders and customers"</li>
                <li>{format!("its database, a volume of {} GiB", size.database_volume)}</li>
                <li>{format!("its uploads, a volume of {} GiB", size.uploads)}</li>
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
                <a class="button" role="button" href=links::store(&id) on:click=cancel>"Cancel"</a>
            </div>
        </form>
    }
}
