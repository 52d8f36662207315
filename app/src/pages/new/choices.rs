//! Engine and plan: radio buttons that look like cards.

use leptos::prelude::*;
use store::{EngineCard, Field, PlanCard, PlanName};

use super::draft::Draft;
use crate::{changing::part, components::FieldMessage};

#[component]
pub fn EngineChoice(draft: Draft) -> impl IntoView {
    let chosen = draft.engine_untracked().map(|card| card.key);
    let error = Signal::derive(move || draft.error(Field::Engine));
    let card = |card: EngineCard| {
        let checked = chosen.as_ref() == Some(&card.key);
        view! {
            <label class="choice">
                <input type="radio" name=Field::Engine.key() value=card.key.to_string() checked=checked/>
                <b>{card.title}</b>
                <span>{card.summary}</span>
                {card.note.map(|note| view! { <span class="lack">{note}</span> }.into_any())}
            </label>
        }
        .into_any()
    };
    let cards = draft.engines().into_iter().map(card).collect_view();
    view! {
        <fieldset aria-describedby="engine-error">
            <legend class="legend">"Engine"</legend>
            <div class="choices">{cards}</div>
            <FieldMessage id="engine-error" error/>
        </fieldset>
    }
}

/// The plans of the engine that is chosen.
#[component]
pub fn PlanChoice(draft: Draft, chosen: String) -> impl IntoView {
    let error = Signal::derive(move || draft.error(Field::Plan));
    let plans = Memo::new(move |_| draft.engine().map(|card| card.plans).unwrap_or_default());
    let cards = part(move || {
        let plans = plans.get();
        // One that was chosen before stays so where the engine has it, else the smallest is.
        let before = PlanName::parse(&draft.plan_untracked()).or_else(|_| PlanName::parse(&chosen));
        let offered = before.ok().filter(|plan| plans.iter().any(|card| card.name == *plan));
        let chosen = offered.or_else(|| plans.first().map(|card| card.name));
        let card = |PlanCard { name, summary }: PlanCard| {
            view! {
                <label class="choice">
                    <input type="radio" name=Field::Plan.key() value=name.key() checked=chosen == Some(name)/>
                    <b>{name.to_string()}</b>
                    <span class="num">{capitalised(&summary)}</span>
                </label>
            }
            .into_any()
        };
        plans.into_iter().map(card).collect_view().into_any()
    });
    view! {
        <fieldset aria-describedby="plan-error">
            <legend class="legend">"Plan"</legend>
            <div class="choices">{cards}</div>
            <FieldMessage id="plan-error" error/>
        </fieldset>
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        std::iter::once(first.to_ascii_uppercase()).chain(letters).collect()
    })
}
