//! What can be done with a store that is there, beside its deletion: stop and start it, update it, give it another plan.

use leptos::prelude::*;
use store::{
    Egress, PlanCard, StoreView, Wish,
    view::{Notice, Undone},
};

use super::{loss, mail};
use crate::{
    api::ChangeStore,
    components::{SentForm, date, sentences},
    me::me,
    texts::{kinds, upkeep as texts},
    words,
};

pub fn upkeep(view: &StoreView) -> Option<AnyView> {
    let phase = view.summary.phase;
    // Whether any wish suits it, for a person who may have one.
    let can_be_changed = [Wish::Suspend, Wish::Resume].iter().any(|wish| wish.suits(phase));
    can_be_changed.then(|| {
        view! {
            <section class="card" data-key="upkeep" aria-labelledby="upkeep-title">
                <header><h2 id="upkeep-title">{texts::upkeep()}</h2></header>
                <div class="upkeep">
                    {view.notices.iter().map(noticed).collect_view()}
                    {view.upkeep.undone.as_ref().map(undone)}
                    {offered(view)}
                    {changes(view)}
                </div>
            </section>
        }
        .into_any()
    })
}

/// What is so of a shop that answers all the same.
fn noticed(notice: &Notice) -> AnyView {
    view! {
        <div class="note warn" role="note">
            <p>{sentences(&notice.sentence, &notice.said)}</p>
            <p class="muted num">{texts::since()} {date(notice.since)}</p>
        </div>
    }
    .into_any()
}

fn undone(undone: &Undone) -> AnyView {
    view! {
        <div class="note warn" role="note">
            <strong>{texts::undone()}</strong>
            <p>{sentences(&undone.sentence, &undone.said)}</p>
            <p class="muted num">{date(undone.at)}</p>
        </div>
    }
    .into_any()
}

fn offered(view: &StoreView) -> Option<AnyView> {
    let offered = view.upkeep.offered.as_ref()?;
    let changes = me().changes(view.summary.owner.as_ref()) && Wish::Update.suits(view.summary.phase);
    let note = view! {
        <div class="note" data-key="offered">
            <strong class="num">{words::offer(&view.versions, &offered.versions)}</strong>
            <p>{sentences(&offered.waits, &offered.said)}</p>
            <p class="muted">{texts::goes_back()}</p>
            {changes.then(|| button(view, Wish::Update, texts::update()))}
        </div>
    };
    Some(note.into_any())
}

fn changes(view: &StoreView) -> AnyView {
    if !me().changes(view.summary.owner.as_ref()) {
        return view! { <p class="muted">{texts::only_look()}</p> }.into_any();
    }
    let (means, wish, label) = if view.upkeep.suspended {
        (texts::nothing_runs(), Wish::Resume, texts::resume())
    } else {
        (texts::would_suspend(), Wish::Suspend, texts::suspend())
    };
    view! {
        <p class="muted">{means}</p>
        {button(view, wish, label)}
        {safe_mode(view)}
        {plan_form(view)}
        {view.upkeep.other_egress.iter().map(|egress| egress_form(view, *egress)).collect_view()}
        {mail::forms(view)}
    }
    .into_any()
}

pub fn button(view: &StoreView, wish: Wish, label: &'static str) -> AnyView {
    form(view, wish, label).sends::<ChangeStore>(wished(wish))
}

/// The same among other buttons.
pub fn inline_button(view: &StoreView, wish: Wish, label: &'static str) -> AnyView {
    SentForm { class: "inline", ..form(view, wish, label) }.sends::<ChangeStore>(wished(wish))
}

fn form<'a>(view: &'a StoreView, wish: Wish, label: &'static str) -> SentForm<'a> {
    SentForm::new(&view.summary.id, wish.key(), label)
}

fn wished(wish: Wish) -> AnyView {
    view! { <input type="hidden" name="wish" value=wish.key()/> }.into_any()
}

/// The way out when something that the owner brought has broken the shop, and back.
fn safe_mode(view: &StoreView) -> Option<AnyView> {
    let is_safe = view.upkeep.safe_mode?;
    if !Wish::SafeMode(!is_safe).suits(view.summary.phase) || loss::offers_safe_mode(view) {
        return None;
    }
    let part = if is_safe {
        view! {
            <div class="note warn" role="note" data-key="safe">
                <strong>{texts::in_safe_mode()}</strong>
                <p>{texts::how_safe()}</p>
            </div>
            {button(view, Wish::SafeMode(false), texts::leave_safe_mode())}
        }
        .into_any()
    } else {
        view! {
            <p class="muted">{texts::what_safe_is()}</p>
            {button(view, Wish::SafeMode(true), texts::start_safe_mode())}
        }
        .into_any()
    };
    Some(part)
}

/// Larger plans only: volumes do not shrink.
fn plan_form(view: &StoreView) -> Option<AnyView> {
    let larger = &view.upkeep.larger;
    let option = |PlanCard { name, allowance, .. }: &PlanCard| {
        let line = format!("{}: {}", kinds::plan(*name), kinds::allowance(*allowance));
        view! { <option value=name.key()>{line}</option> }.into_any()
    };
    (!larger.is_empty()).then(|| {
        let fields = view! {
            <label for="plan">{texts::larger_plan()}</label>
            <select id="plan" name="wish">{larger.iter().map(option).collect_view()}</select>
        };
        SentForm::new(&view.summary.id, "plan", texts::change_plan()).sends::<ChangeStore>(fields.into_any())
    })
}

/// A button for another access that the platform allows.
fn egress_form(view: &StoreView, egress: Egress) -> AnyView {
    let (label, means) = texts::towards(egress);
    view! {
        <p class="muted">{means}</p>
        {button(view, Wish::Egress(egress), label)}
    }
    .into_any()
}
