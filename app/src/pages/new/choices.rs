//! Engine, plan and what the shop may reach: radio buttons that look like cards.

use leptos::prelude::*;
use store::{Egress, EngineCard, Field, PlanCard, PlanName};

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
                {(!card.versions.is_empty()).then(|| view! { <span class="num">{card.versions.line()}</span> }.into_any())}
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
            let summary = view! { <span class="num">{capitalised(&summary)}</span> }.into_any();
            choice(Field::Plan, name.key(), name.to_string(), summary, chosen == Some(name))
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

/// What a shop of the engine that is chosen may reach. Nothing is asked where there is nothing to choose.
#[component]
pub fn EgressChoice(draft: Draft, chosen: String) -> impl IntoView {
    let error = Signal::derive(move || draft.error(Field::Egress));
    let offered = Memo::new(move |_| draft.engine().map(|card| card.egress).unwrap_or_default());
    part(move || {
        let offered = offered.get();
        if offered.len() < 2 {
            return ().into_any();
        }
        let before = Egress::parse(&draft.egress_untracked()).or_else(|_| Egress::parse(&chosen));
        let chosen =
            before.ok().filter(|egress| offered.contains(egress)).or_else(|| offered.first().copied());
        let card = |egress: Egress| {
            let summary = view! { <span>{egress.summary()}</span> }.into_any();
            choice(Field::Egress, egress.key(), egress.to_string(), summary, chosen == Some(egress))
        };
        let cards =
            Egress::ALL.into_iter().filter(|egress| offered.contains(egress)).map(card).collect_view();
        view! {
            <fieldset aria-describedby="egress-error">
                <legend class="legend">"Access to the internet"</legend>
                <div class="choices">{cards}</div>
                <FieldMessage id="egress-error" error/>
            </fieldset>
        }
        .into_any()
    })
}

fn choice(field: Field, key: &'static str, title: String, summary: AnyView, checked: bool) -> AnyView {
    view! {
        <label class="choice">
            <input type="radio" name=field.key() value=key checked=checked/>
            <b>{title}</b>
            {summary}
        </label>
    }
    .into_any()
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        std::iter::once(first.to_ascii_uppercase()).chain(letters).collect()
    })
}
