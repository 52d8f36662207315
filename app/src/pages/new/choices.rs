//! Engine, plan and what the shop may reach: radio buttons that look like cards.

use store::{Egress, EngineCard, Field, Fit, PlanName};

use super::{
    draft::Draft,
    text::{Card, Line},
};
use crate::{
    language::language,
    texts::{form as texts, kinds},
};

pub fn engines(draft: &Draft) -> String {
    let mut html = String::new();
    let chosen = draft.engine().map(|card| &card.key);
    for EngineCard { key, title, summary, versions, notes, .. } in &draft.engines {
        let line = versions.line();
        let mut lines = vec![Line::told("", summary.told(language()))];
        lines.extend((!line.is_empty()).then(|| Line::own("num", &line)));
        lines.extend(notes.iter().map(|note| Line::told("lack", kinds::note(note))));
        let is_chosen = chosen == Some(key);
        Card { field: Field::Engine, key: key.as_str(), title, is_chosen, lack: None }
            .write(&lines, &mut html);
    }
    html
}

/// The plans of the engine that is chosen.
pub fn plans(draft: &Draft) -> String {
    let mut html = String::new();
    let plans = draft.engine().map(|card| card.plans.as_slice()).unwrap_or_default();
    // One that was chosen before stays so where the engine has it, else the smallest is.
    let before = PlanName::parse(&draft.form.plan).ok();
    let mut left = plans.iter().filter(|card| card.lack.is_none()).map(|card| card.name);
    let chosen = left.clone().find(|plan| Some(*plan) == before).or_else(|| left.next());
    for plan in plans {
        let card = Card {
            field: Field::Plan,
            key: plan.name.key(),
            title: kinds::plan(plan.name),
            is_chosen: chosen == Some(plan.name),
            lack: plan.lack.as_deref(),
        };
        let allowance = capitalised(&kinds::allowance(plan.allowance));
        let mut lines = vec![Line::own("num", &allowance)];
        // Of what cannot be had anyway nobody asks whether it fits.
        lines.extend(plan.fit.as_ref().filter(|_| plan.lack.is_none()).map(|fit| match fit {
            Fit::Fits => Line::own("fits", texts::fits()),
            Fit::Lacks(why) => Line::own("lack", why),
        }));
        card.write(&lines, &mut html);
    }
    html
}

/// What a shop of the engine that is chosen may reach. Nothing where there is nothing to choose.
pub fn egress(draft: &Draft) -> String {
    let mut html = String::new();
    let offered = draft.engine().map(|card| card.egress.as_slice()).unwrap_or_default();
    if offered.len() < 2 {
        return html;
    }
    let before = Egress::parse(&draft.form.egress).ok();
    let chosen = before.filter(|egress| offered.contains(egress)).or(offered.first().copied());
    for egress in Egress::ALL.iter().filter(|egress| offered.contains(egress)) {
        let card = Card {
            field: Field::Egress,
            key: egress.key(),
            title: kinds::egress(*egress),
            is_chosen: chosen == Some(*egress),
            lack: None,
        };
        card.write(&[Line::own("", kinds::egress_summary(*egress))], &mut html);
    }
    html
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        std::iter::once(first.to_ascii_uppercase()).chain(letters).collect()
    })
}
