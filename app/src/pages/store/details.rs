//! What is known of the store beside how far it is.

use leptos::prelude::*;
use store::{
    StoreView,
    view::{PodState, PodView},
};

use crate::{
    app::ViewerZone,
    changing::{Rows, When, text},
    clock,
    components::CopyButton,
    live::Live,
};

#[component]
pub fn Details(live: Live, view: Memo<StoreView>) -> impl IntoView {
    // Where it is, and since when, follows from what a store keeps for its life; the rest may be changed.
    let summary = view.with_untracked(|view| view.summary.clone());
    let of = move |part: fn(&StoreView) -> String| text(move || view.with(part));
    let zone = expect_context::<ViewerZone>();
    let created = summary.created;
    let attempt = text(move || view.with(|view| view.attempt.to_string()));
    let is_repeated = Signal::derive(move || view.with(|view| view.attempt > 1));
    let shop = summary.address.shop();
    let versions = of(|view| view.versions.line());
    let are_known = Signal::derive(move || view.with(|view| !view.versions.is_empty()));
    view! {
        <section class="card" aria-labelledby="details-title">
            <header><h2 id="details-title">"Details"</h2></header>
            <dl class="facts">
                <div><dt>"Address"</dt><dd class="mono">{shop.clone()} " " <CopyButton text=Signal::stored(shop) what="address"/></dd></div>
                <div><dt>"Engine"</dt><dd>{of(|view| view.summary.engine_title.clone())}</dd></div>
                <When is=are_known><div><dt>"Runs"</dt><dd class="num">{versions}</dd></div></When>
                <div><dt>"Plan"</dt><dd>{of(|view| view.summary.plan.to_string())}<span class="sub">{of(|view| view.plan_summary.clone())}</span></dd></div>
                <div><dt>"Internet"</dt><dd>{of(|view| view.upkeep.egress.to_string())}<span class="sub">{of(|view| view.upkeep.egress.summary().to_owned())}</span></dd></div>
                <div><dt>"Admin"</dt><dd><bdi>{of(|view| admin(view).0)}</bdi><span class="sub">{of(|view| admin(view).1)}</span></dd></div>
                <div><dt>"Namespace"</dt><dd class="mono">{summary.id.namespace()}</dd></div>
                <div>
                    <dt>"Created"</dt>
                    <dd class="num">
                        <time datetime=clock::iso(created) title=move || clock::date_and_time(created, zone.get())>
                            {text(move || clock::ago(live.now().since(created)))}
                        </time>
                    </dd>
                </div>
                <When is=is_repeated><div><dt>"Try"</dt><dd class="num">{attempt}</dd></div></When>
            </dl>
            {view.with_untracked(|view| view.engine_note.clone()).map(|note| view! { <p class="lack">{note}</p> }.into_any())}
        </section>
    }
}

/// What the administrator signs in with, and what else is known of them.
fn admin(view: &StoreView) -> (String, String) {
    let email = view.email.as_str().to_owned();
    view.user
        .as_ref()
        .map_or_else(|| (email.clone(), String::new()), |user| (user.as_str().to_owned(), email.clone()))
}

#[component]
pub fn Pods(view: Memo<StoreView>) -> impl IntoView {
    let names =
        Signal::derive(move || view.with(|view| view.pods.iter().map(|pod| pod.name.clone()).collect()));
    let is_empty = Signal::derive(move || view.with(|view| view.pods.is_empty()));
    view! {
        <section class="card" aria-labelledby="pods-title">
            <header><h2 id="pods-title">"Pods"</h2></header>
            <p class="muted quiet" class:shown=move || is_empty.get()>
                {text(move || if is_empty.get() { "No pod is there." } else { "" })}
            </p>
            <dl class="facts">
                <Rows keys=names row=move |name| view! { <Pod name view/> }.into_any()/>
            </dl>
        </section>
    }
}

#[component]
fn Pod(name: String, view: Memo<StoreView>) -> impl IntoView {
    let find = {
        let name = name.clone();
        move |view: &StoreView| view.pods.iter().find(|pod| pod.name == name).cloned()
    };
    let Some(first) = view.with_untracked(&find) else { return ().into_any() };
    let pod = Memo::new(move |before: Option<&PodView>| {
        view.with(&find).or_else(|| before.cloned()).unwrap_or_else(|| first.clone())
    });
    let class = move || pod.with(|pod| format!("phase {}", class(pod.state)));
    view! {
        <div>
            <dt class="mono">{name}</dt>
            <dd>
                <span class=class>{text(move || pod.with(|pod| word(pod.state)))}</span>
                <span class="sub">{text(move || pod.with(|pod| pod.detail.clone()))}</span>
            </dd>
        </div>
    }
    .into_any()
}

/// A pod's state looks like the phase that means the same.
fn class(state: PodState) -> &'static str {
    match state {
        PodState::Waiting => "queued",
        PodState::Starting => "provisioning",
        PodState::Ready => "ready",
        PodState::Failing => "failed",
        PodState::Stopping => "deleting",
    }
}

fn word(state: PodState) -> &'static str {
    match state {
        PodState::Waiting => "Waiting",
        PodState::Starting => "Starting",
        PodState::Ready => "Ready",
        PodState::Failing => "Failing",
        PodState::Stopping => "Stopping",
    }
}
