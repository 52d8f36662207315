//! The links to the shop and its admin, and the dialog that deletes.

use leptos::{ev, html::Dialog, prelude::*};
use store::{Phase, StoreView};

use crate::{
    browser,
    changing::{When, text},
    links,
    me::me,
    pages::delete::DeleteForm,
};

#[component]
pub fn Actions(view: Memo<StoreView>, dialog: NodeRef<Dialog>) -> impl IntoView {
    let summary = view.with_untracked(|view| view.summary.clone());
    let phase = Memo::new(move |_| view.with(|view| view.summary.phase));
    let shop = summary.address.shop();
    let admin = summary.admin();
    let changes = me().changes(summary.owner.as_ref());
    let delete_page = links::delete(&summary.id);
    // A link that works without a script; with one, the dialog opens in place.
    let open = move |event: ev::MouseEvent| {
        if let Some(dialog) = dialog.get_untracked() {
            event.prevent_default();
            browser::open(&dialog);
        }
    };
    view! {
        <When is=Signal::derive(move || phase.get() != Phase::Deleting)>
            <div class="actions">
                <OutwardLink label="Open shop" href=shop.clone() phase/>
                <OutwardLink label="Open admin" href=admin.clone() phase/>
                {changes.then(|| view! {
                    <a class="button danger" aria-haspopup="dialog" href=delete_page.clone() on:click=open>"Delete…"</a>
                }.into_any())}
            </div>
        </When>
    }
}

/// Leads out of Storeyard, once there is something there.
#[component]
fn OutwardLink(label: &'static str, href: String, phase: Memo<Phase>) -> impl IntoView {
    let answers =
        Signal::derive(move || matches!(phase.get(), Phase::Ready | Phase::Updating | Phase::Degraded));
    view! {
        <a
            class="button"
            role="link"
            target="_blank"
            rel="external noopener"
            href=move || answers.get().then(|| href.clone())
            aria-disabled=move || (!answers.get()).then_some("true")
        >
            {label}
        </a>
    }
}

#[component]
pub fn DeleteDialog(dialog: NodeRef<Dialog>, view: Memo<StoreView>) -> impl IntoView {
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    // Someone else may have begun the deletion meanwhile.
    Effect::new(move |_| {
        if view.with(|view| view.summary.phase == Phase::Deleting) {
            close();
        }
    });
    let closed = Trigger::new();
    let cancel =
        view! { <button class="button" type="button" on:click=move |_| close()>"Cancel"</button> }.into_any();
    view! {
        <dialog node_ref=dialog aria-labelledby="delete-title" on:close=move |_| closed.notify()>
            <h2 id="delete-title">"Delete " <bdi>{text(move || view.with(|view| view.summary.name.to_string()))}</bdi></h2>
            <DeleteForm view closed=Signal::derive(move || closed.track()) cancel/>
        </dialog>
    }
}
