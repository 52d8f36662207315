//! The steps of making a store, or of removing it, each with its state and time.

use leptos::prelude::*;
use store::{Condition, ConditionKind, Millis, Phase, RemovalKind, State, StoreView};

use super::took;
use crate::{
    clock::{self, Tick},
    components::{sentences, tick},
    texts::{kinds, store as texts},
    update::Update,
};

pub fn steps(view: &StoreView, update: &Update) -> AnyView {
    let done = texts::done_of(view.steps_done(), ConditionKind::ALL.len());
    let rows = ConditionKind::ALL.map(|kind| step(kinds::step(kind), view.conditions.get(kind), update.now));
    if is_made(view.summary.phase) {
        return folded(made(view), done, rows.collect_view().into_any());
    }
    view! {
        <section class="card" data-key="steps" aria-labelledby="steps-title">
            <header><h2 id="steps-title">{texts::steps()}</h2><span class="muted num">{done}</span></header>
            {deadline(view, update)}
            <ol class="steps">{rows.collect_view()}</ol>
        </section>
    }
    .into_any()
}

/// Whether nobody waits for a step any more.
fn is_made(phase: Phase) -> bool {
    matches!(phase, Phase::Ready | Phase::Degraded | Phase::Suspended)
}

/// What has had its day, in one line that opens. Whether it is open is the browser's own, whatever comes with the next answer.
fn folded(title: String, done: String, rows: AnyView) -> AnyView {
    view! {
        <section class="card" data-key="made" aria-labelledby="steps-title">
            <details class="fold">
                <summary><h2 id="steps-title">{title}</h2><span class="muted num">{done}</span></summary>
                <ol class="steps">{rows}</ol>
            </details>
        </section>
    }
    .into_any()
}

/// How long the try took that succeeded; of a later one nothing counts that was before it.
fn made(view: &StoreView) -> String {
    let took = view.made_in().or_else(|| Some(view.ready?.since(view.started?)));
    took.map_or_else(|| texts::made().to_owned(), |took| texts::made_in(&clock::brief(took)))
}

/// When an attempt that takes long is given up: nothing hangs without an end. It is told once it takes twice as long as usual.
fn deadline(view: &StoreView, update: &Update) -> Option<AnyView> {
    let deadline = view.deadline.filter(|_| view.summary.phase == Phase::Provisioning)?;
    let slow = Millis(view.started?.0 + 2 * update.usually?.0);
    let class = if update.now > slow { "slow shown" } else { "slow" };
    let left = tick(Tick::Left, deadline, update.now);
    let sentence = view! {
        <p class=class data-key="deadline" data-from=slow.0.to_string()>
            {texts::slow()} {left} {texts::slow_unless()}
        </p>
    };
    Some(sentence.into_any())
}

pub fn removal_steps(view: &StoreView, now: Millis) -> AnyView {
    let rows = RemovalKind::ALL.map(|kind| step(kinds::removal(kind), &removal(view, kind), now));
    view! {
        <section class="card" data-key="removal" aria-labelledby="steps-title">
            <header><h2 id="steps-title">{texts::removal()}</h2></header>
            <ol class="steps">{rows.collect_view()}</ol>
        </section>
    }
    .into_any()
}

/// How far a part of the removal is; not begun until the operator tells.
pub fn removal(view: &StoreView, kind: RemovalKind) -> Condition {
    view.removal
        .iter()
        .find(|(told, _)| *told == kind)
        .map(|(_, condition)| condition.clone())
        .unwrap_or_default()
}

fn step(name: &'static str, condition: &Condition, now: Millis) -> AnyView {
    let state = condition.state;
    view! {
        <li class=class(state)>
            <span class="mark" aria-hidden="true">{mark(state)}</span>
            <div>
                <strong>{name}</strong>
                <span class="visually-hidden">{format!(", {}", kinds::state(state))}</span>
                <p>{sentences(&condition.message, &condition.said)}</p>
            </div>
            <span class="time num">{took(condition, now)}</span>
        </li>
    }
    .into_any()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{NOW, shown, view};

    #[test]
    fn a_store_was_made_in_the_time_of_the_try_that_succeeded() {
        let mut store = view(Phase::Ready);
        assert_eq!(made(&store), "Made in 12 s");
        (store.attempt, store.started) = (2, Some(NOW.plus_seconds(4)));
        assert_eq!(made(&store), "Made in 8 s");
        store.started = None;
        assert_eq!(made(&store), "Made");
    }

    #[test]
    fn steps_are_folded_once_nobody_waits_for_them() {
        for phase in Phase::ALL {
            let html = steps(&view(phase), &shown(phase)).to_html();
            let is_folded = matches!(phase, Phase::Ready | Phase::Degraded | Phase::Suspended);
            assert_eq!(html.contains("<details"), is_folded, "{phase}");
            // Closed, and all of it is there without a script.
            assert!(!html.contains(" open") && html.matches("<li").count() == 6, "{phase}: {html}");
        }
    }
}
