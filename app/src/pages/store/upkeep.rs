//! What can be done with a store that is there, beside its deletion: stop and start it, update it, give it another plan.

use leptos::{html::Select, prelude::*, server_fn::ServerFn};
use store::{Egress, PlanCard, StoreView, Versions, Wish};

use crate::{
    api::ChangeStore,
    app::ViewerZone,
    changing::{When, part, text},
    clock,
    me::me,
    words,
};

#[component]
pub fn Upkeep(view: Memo<StoreView>) -> impl IntoView {
    let is_there = Signal::derive(move || view.with(can_be_changed));
    view! {
        <When is=is_there>
            <section class="card" aria-labelledby="upkeep-title">
                <header><h2 id="upkeep-title">"Upkeep"</h2></header>
                <div class="upkeep">
                    <Undone view/>
                    <Offered view/>
                    <Changes view/>
                </div>
            </section>
        </When>
    }
}

/// Whether any wish suits it, for a person who may have one.
fn can_be_changed(view: &StoreView) -> bool {
    let phase = view.summary.phase;
    [Wish::Suspend, Wish::Resume].iter().any(|wish| wish.suits(phase))
}

#[component]
fn Undone(view: Memo<StoreView>) -> impl IntoView {
    let undone = Memo::new(move |_| view.with(|view| view.upkeep.undone.clone()));
    let zone = expect_context::<ViewerZone>();
    part(move || match undone.get() {
        Some(undone) => {
            let at = undone.at;
            view! {
                <div class="note warn" role="note">
                    <strong>"A change was undone"</strong>
                    <p>{undone.sentence}</p>
                    <p class="muted num"><time datetime=clock::iso(at)>{text(move || clock::date_and_time(at, zone.get()))}</time></p>
                </div>
            }
            .into_any()
        }
        None => ().into_any(),
    })
}

#[component]
fn Offered(view: Memo<StoreView>) -> impl IntoView {
    let is_offered = Signal::derive(move || view.with(|view| view.upkeep.offered.is_some()));
    let of = move |part: fn(&Versions, &store::view::Offered) -> String| {
        text(move || {
            view.with(|view| view.upkeep.offered.as_ref().map(|offered| part(&view.versions, offered)))
                .unwrap_or_default()
        })
    };
    let news = of(|running, offered| words::offer(running, &offered.versions));
    let waits = of(|_, offered| offered.waits.clone());
    let changes = view.with_untracked(|view| me().changes(view.summary.owner.as_ref()));
    let suits = Signal::derive(move || view.with(|view| Wish::Update.suits(view.summary.phase)));
    view! {
        <When is=is_offered>
            <div class="note">
                <strong class="num">{news}</strong>
                <p>{waits}</p>
                <p class="muted">"If the shop does not answer after an update, it goes back to what it was."</p>
                {changes.then(|| view! {
                    <When is=suits><Button view wish=Signal::stored(Wish::Update) label="Update now"/></When>
                }.into_any())}
            </div>
        </When>
    }
}

#[component]
fn Changes(view: Memo<StoreView>) -> impl IntoView {
    if !view.with_untracked(|view| me().changes(view.summary.owner.as_ref())) {
        return view! { <p class="muted">"You may look at this store and not change it."</p> }.into_any();
    }
    let is_suspended = Signal::derive(move || view.with(|view| view.upkeep.suspended));
    let is_running = Signal::derive(move || !is_suspended.get());
    view! {
        <When is=is_running>
            <p class="muted">"Suspended, the shop uses no processor and no memory. Its data is kept, and its address says that it is away."</p>
            <Button view wish=Signal::stored(Wish::Suspend) label="Suspend"/>
        </When>
        <When is=is_suspended>
            <p class="muted">"Nothing of the shop runs; its data is kept."</p>
            <Button view wish=Signal::stored(Wish::Resume) label="Resume"/>
        </When>
        <PlanForm view/>
        <EgressForm view/>
    }
    .into_any()
}

#[component]
fn Button(view: Memo<StoreView>, wish: Signal<Wish>, label: &'static str) -> impl IntoView {
    let key = wish.with_untracked(|wish| wish.key());
    view! {
        <WishForm view label wish=move || key.to_owned()>
            <input type="hidden" name="wish" value=key/>
        </WishForm>
    }
}

/// Larger plans only: volumes do not shrink.
#[component]
fn PlanForm(view: Memo<StoreView>) -> impl IntoView {
    let larger = Memo::new(move |_| view.with(|view| view.upkeep.larger.clone()));
    part(move || {
        let larger = larger.get();
        if larger.is_empty() {
            return ().into_any();
        }
        let option = |PlanCard { name, summary }: PlanCard| {
            view! { <option value=name.key()>{format!("{name}: {summary}")}</option> }.into_any()
        };
        let options = larger.into_iter().map(option).collect_view();
        let select = NodeRef::<Select>::new();
        let chosen = move || select.get_untracked().map(|select| select.value()).unwrap_or_default();
        view! {
            <WishForm view label="Change plan" wish=chosen>
                <label for="plan">"Larger plan"</label>
                <select id="plan" name="wish" node_ref=select>{options}</select>
            </WishForm>
        }
        .into_any()
    })
}

/// A button for each other access that the platform allows.
#[component]
fn EgressForm(view: Memo<StoreView>) -> impl IntoView {
    let others = Memo::new(move |_| view.with(|view| view.upkeep.other_egress.clone()));
    part(move || {
        let button = |egress: Egress| {
            let (label, means) = match egress {
                Egress::None => ("Close to the internet", "The shop can reach public addresses."),
                Egress::Internet => ("Open to the internet", "The shop can reach nothing outside."),
            };
            view! {
                <p class="muted">{means}</p>
                <Button view wish=Signal::stored(Wish::Egress(egress)) label/>
            }
            .into_any()
        };
        others.get().into_iter().map(button).collect_view().into_any()
    })
}

/// `wish`: what is asked for when the form is sent with a script; without one it is the field of that name.
#[component]
fn WishForm(
    view: Memo<StoreView>,
    label: &'static str,
    #[prop(into)] wish: Callback<(), String>,
    children: Children,
) -> impl IntoView {
    let change = ServerAction::<ChangeStore>::new();
    let pending = change.pending();
    let id = view.with_untracked(|view| view.summary.id.to_string());
    let error = Signal::derive(move || {
        change.value().with(|value| value.as_ref()?.as_ref().err().map(ToString::to_string))
    });
    let on_submit = {
        let id = id.clone();
        move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            if !pending.get_untracked() {
                change.dispatch(ChangeStore { id: id.clone(), wish: wish.run(()) });
            }
        }
    };
    view! {
        <form class="wish" method="post" action=ChangeStore::url() on:submit=on_submit>
            <input type="hidden" name="id" value=id/>
            {children()}
            <button class="button" type="submit" aria-disabled=move || pending.get().then_some("true")>
                {text(move || if pending.get() { "One moment…" } else { label })}
            </button>
            <p class="error" role="alert">{error}</p>
        </form>
    }
}
