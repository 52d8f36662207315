//! The links to the shop and its admin, and the dialog that deletes.

use leptos::{ev, html::Dialog, prelude::*};
use store::{Phase, StoreView};

use crate::{browser, changing::When, links, me::me, pages::delete::DeleteForm};

#[component]
pub fn Actions(view: Memo<StoreView>, dialog: NodeRef<Dialog>) -> impl IntoView {
    let summary = view.with_untracked(|view| view.summary.clone());
    let phase = Memo::new(move |_| view.with(|view| view.summary.phase));
    let shop = summary.address.shop();
    let admin = summary.address.admin(summary.engine);
    let changes = me().changes(summary.owner.as_ref());
    let delete_page = links::delete(&summary.id);
    // A link that works without a script; with one, the dialog opens in place.
    let open = move |event: ev::MouseEvent| {
        if let Some(dialog) = dialog.get_untracked() {
            event.prevent_default();
            browser::open(&dialog);
        }
    };
    // A button is pressed with the space bar too, which a link by itself is not.
    let open_by_key = move |event: ev::KeyboardEvent| {
        if let Some(dialog) = dialog.get_untracked().filter(|_| event.key() == " ") {
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
                    <a class="button danger" role="button" href=delete_page.clone() on:click=open on:keydown=open_by_key>
                        "Delete…"
                    </a>
                }.into_any())}
            </div>
        </When>
    }
}

/// Leads out of Storeyard, once there is something there.
#[component]
fn OutwardLink(label: &'static str, href: String, phase: Memo<Phase>) -> impl IntoView {
    let answers = Signal::derive(move || matches!(phase.get(), Phase::Ready | Phase::Degraded));
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
    let view = view.get_untracked();
    view! {
        <dialog node_ref=dialog aria-labelledby="delete-title">
            <h2 id="delete-title">"Delete " <bdi>{view.summary.name.to_string()}</bdi></h2>
            <DeleteForm view on_cancel=Callback::new(move |()| close())/>
        </dialog>
    }
}
