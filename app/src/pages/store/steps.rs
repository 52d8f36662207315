//! The steps of making a store, or of removing it, each with its state and time.

use leptos::prelude::*;
use store::{Condition, ConditionKind, Phase, RemovalKind, State, StoreView};

use super::took;
use crate::{changing::text, live::Live};

#[component]
pub fn Steps(live: Live, view: Memo<StoreView>) -> impl IntoView {
    let done =
        text(move || view.with(|view| format!("{} of {}", view.steps_done(), ConditionKind::ALL.len())));
    let steps = ConditionKind::ALL
        .map(|kind| {
            let condition = Memo::new(move |_| view.with(|view| view.conditions.get(kind).clone()));
            view! { <Step live name=kind.to_string() condition/> }.into_any()
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="steps-title">
            <header><h2 id="steps-title">"Steps"</h2><span class="muted num">{done}</span></header>
            <Deadline live view/>
            <ol class="steps">{steps}</ol>
        </section>
    }
}

/// When an attempt that takes long is given up: nothing hangs without an end.
#[component]
fn Deadline(live: Live, view: Memo<StoreView>) -> impl IntoView {
    let sentence = Signal::derive(move || {
        view.with(|view| {
            let deadline = view.deadline.filter(|_| view.summary.phase == Phase::Provisioning)?;
            let now = live.now();
            let usual = live.update().with(|update| update.usually)?;
            let is_slow = now.since(view.started?).0 > 2 * usual.0;
            let left = deadline.since(now).0 / 1000;
            is_slow.then(|| match left {
                ..90 => {
                    "Takes longer than usual. Given up in about a minute if it does not succeed.".to_owned()
                }
                _ => format!(
                    "Takes longer than usual. Given up in {} min if it does not succeed.",
                    left / 60 + 1
                ),
            })
        })
    });
    view! { <p class="slow" class:shown=move || sentence.with(Option::is_some)>{sentence}</p> }
}

#[component]
pub fn RemovalSteps(live: Live, view: Memo<StoreView>) -> impl IntoView {
    let steps = RemovalKind::ALL
        .map(|kind| {
            let condition = Memo::new(move |_| view.with(|view| removal(view, kind)));
            view! { <Step live name=kind.to_string() condition/> }.into_any()
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="steps-title">
            <header><h2 id="steps-title">"Removal"</h2></header>
            <ol class="steps">{steps}</ol>
        </section>
    }
}

/// How far a part of the removal is; not begun until the operator tells.
pub fn removal(view: &StoreView, kind: RemovalKind) -> Condition {
    view.removal
        .iter()
        .find(|(told, _)| *told == kind)
        .map(|(_, condition)| condition.clone())
        .unwrap_or_default()
}

#[component]
fn Step(live: Live, name: String, condition: Memo<Condition>) -> impl IntoView {
    let class = move || condition.with(|condition| class(condition.state));
    let mark = text(move || condition.with(|condition| mark(condition.state)));
    let state = text(move || condition.with(|condition| format!(", {}", spoken(condition.state))));
    let message = text(move || condition.with(|condition| condition.message.clone()));
    let time = text(move || condition.with(|condition| took(condition, live.now())));
    view! {
        <li class=class>
            <span class="mark" aria-hidden="true">{mark}</span>
            <div><strong>{name}</strong><span class="visually-hidden">{state}</span><p>{message}</p></div>
            <span class="time num">{time}</span>
        </li>
    }
}

pub fn class(state: State) -> &'static str {
    match state {
        State::Pending | State::Unknown => "pending",
        State::InProgress | State::Waiting | State::Changing => "running",
        State::Done => "done",
        State::NotApplied => "skipped",
        State::Stopped => "stopped",
        State::Lost => "lost",
        State::Failed => "failed",
    }
}

pub fn mark(state: State) -> &'static str {
    match state {
        State::Pending | State::InProgress | State::Waiting | State::Changing => "",
        State::Unknown => "?",
        State::Done => "✓",
        State::NotApplied | State::Stopped => "–",
        State::Lost => "!",
        State::Failed => "✕",
    }
}

fn spoken(state: State) -> &'static str {
    match state {
        State::Pending => "not begun",
        State::Unknown => "not known",
        State::Waiting => "waiting",
        State::Changing => "being changed",
        State::Stopped => "stopped",
        State::InProgress => "in progress",
        State::Done => "done",
        State::NotApplied => "not applied",
        State::Lost => "lost",
        State::Failed => "failed",
    }
}
