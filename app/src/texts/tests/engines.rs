//! What engines say of themselves, on the form and on a store's page.

use std::{collections::BTreeSet, fs, path::Path};

use engine::Engine;
use store::{
    ConditionKind, Egress, EngineCard, EngineKey, EngineNote, Fit, Language, MailMode, Phase, PlanCard,
    RequestId, Said, Scheme, State, Text, Versions, limit::Left, time::Elapsed,
};

use super::{told_in, whole};
use crate::{
    fixtures, pages,
    update::{Offer, Shown, Update, View},
};

pub(super) fn form(engines: Vec<EngineCard>) -> String {
    pages::new::page(Ok(Offer {
        request: RequestId::new(1),
        engines,
        usually: Some(Elapsed(9_000)),
        left: Left::default(),
        scheme: Scheme::Http,
        domain_suffix: "example".into(),
    }))
    .html
}

/// Those of this checkout.
fn engines() -> Vec<Engine> {
    let charts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../charts");
    let folders = fs::read_dir(charts).unwrap().map(|entry| entry.unwrap().path());
    let texts = folders.filter_map(|folder| fs::read_to_string(folder.join("engine.yaml")).ok());
    let mut texts: Vec<String> = texts.collect();
    texts.sort();
    assert!(texts.len() > 1);
    texts.iter().map(|text| Engine::parse(text).unwrap()).collect()
}

/// What an engine calls the same in both languages, such as many a country.
pub(super) fn alike() -> BTreeSet<String> {
    let questions = cards(false).into_iter().chain(cards(true)).flat_map(|card| card.questions);
    let choices = questions.flat_map(|question| question.choices);
    let alike = |title: Text| {
        let is_alike = title.told(Language::German) == (title.to_string().as_str(), Language::German);
        is_alike.then(|| title.to_string())
    };
    choices.filter_map(|choice| alike(choice.title)).collect()
}

/// The engines of this checkout, as they are where nothing is chosen, or with each yes a no; what they are called is no text.
pub(super) fn cards(is_otherwise: bool) -> Vec<EngineCard> {
    let card = |(n, engine): (usize, Engine)| {
        let mut options = engine.options.defaults.clone();
        for option in options.values_mut() {
            if let engine::Choice::Flag(flag) = option {
                *flag ^= is_otherwise;
            }
        }
        let notes = engine.notes(&options, MailMode::None).cloned().map(EngineNote::Said);
        let mut plans: Vec<PlanCard> =
            engine.plans.iter().map(|(name, sizes)| PlanCard::new(*name, sizes.allowance())).collect();
        plans[0].fit = Some(Fit::Fits);
        EngineCard {
            key: EngineKey::parse(&format!("shop-{n}")).unwrap(),
            title: "Shop".into(),
            summary: engine.summary(&options).clone(),
            versions: Versions::default(),
            notes: notes.chain([EngineNote::SizesNotEnforced]).collect(),
            account: engine.account,
            plans,
            egress: Egress::ALL.to_vec(),
            questions: engine.questions(&options).cloned().collect(),
        }
    };
    engines().into_iter().enumerate().map(card).collect()
}

#[test]
fn what_an_engine_says_is_told_in_the_readers_language_and_else_marked_as_english() {
    let [english, german] = Language::ALL.map(|language| {
        told_in(language, || {
            let mut view = whole(Phase::Degraded);
            let says = |german: &str| Said::ShopSays {
                english: "ends with a fatal error".into(),
                german: german.into(),
                line: "no bed".into(),
            };
            for (kind, german) in [
                (ConditionKind::WorkloadsReady, ""),
                (ConditionKind::StorefrontReachable, "endet mit einem Fehler"),
            ] {
                let seen = view.conditions.get(kind).seen(State::Lost, says(german), fixtures::NOW);
                view.conditions.set(kind, seen);
            }
            let page = View::Store(view.summary.id.clone());
            let shown = Update { shown: Shown::Store(Box::new(view)), ..fixtures::shown(Phase::Degraded) };
            pages::page(&page, shown).html.replace("<!>", "")
        })
    });
    for told in [
        "up to 1.5 cores, 1.5 GiB memory, 5 GiB disk",
        "Large: up to 1.5 cores",
        "It sends no mail.",
        "Sizes of volumes are not enforced here",
        "<dd>Blue · Mauve<",
        ">setting up the shop, 2 restarts<",
        "The shop ends with a fatal error.",
    ] {
        assert!(english.contains(told), "{told}: {english}");
    }
    for told in [
        "bis zu 1,5 Kerne, 1,5 GiB Arbeitsspeicher, 5 GiB Speicherplatz",
        "Groß: bis zu 1,5 Kerne",
        "Er sendet keine E-Mails.",
        "Die Größen der Volumes werden hier nicht durchgesetzt",
        "<dd>Blau · <span lang=\"en\">Mauve</span><",
        "richtet den Shop ein, 2 Neustarts",
        "Der Shop endet mit einem Fehler.",
        "<span lang=\"en\">The shop ends with a fatal error.</span>",
    ] {
        assert!(german.contains(told), "{told}: {german}");
    }
}
