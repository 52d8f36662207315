//! Engine and plan: radio buttons that look like cards.

use leptos::prelude::*;
use store::{Engine, Field, Plan};

use crate::{components::FieldMessage, update::EngineOffer};

#[component]
pub fn EngineChoice(
    engines: Vec<EngineOffer>,
    chosen: String,
    error: Signal<Option<String>>,
) -> impl IntoView {
    let chosen = Engine::parse(&chosen).ok().or_else(|| engines.first().map(|offer| offer.engine));
    let cards = engines
        .into_iter()
        .map(|EngineOffer { engine, note }| {
            let checked = chosen == Some(engine);
            view! {
                <label class="choice">
                    <input type="radio" name=Field::Engine.key() value=engine.key() checked=checked/>
                    <b>{engine.to_string()}</b>
                    <span>{engine.summary()}</span>
                    {note.map(|note| view! { <span class="lack">{note}</span> }.into_any())}
                </label>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <fieldset aria-describedby="engine-error">
            <legend class="legend">"Engine"</legend>
            <div class="choices">{cards}</div>
            <FieldMessage id="engine-error" error/>
        </fieldset>
    }
}

#[component]
pub fn PlanChoice(chosen: String, error: Signal<Option<String>>) -> impl IntoView {
    let chosen = Plan::parse(&chosen).unwrap_or(Plan::Small);
    let cards = Plan::ALL
        .map(|plan| {
            view! {
                <label class="choice">
                    <input type="radio" name=Field::Plan.key() value=plan.key() checked=plan == chosen/>
                    <b>{plan.to_string()}</b>
                    <span class="num">{capitalised(&plan.summary())}</span>
                </label>
            }
            .into_any()
        })
        .collect_view();
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
