//! What engines say of themselves, on the form and on a store's page.

use std::{collections::BTreeSet, fs, path::Path};

use engine::Engine;
use store::{
    ConditionKind, Egress, EngineCard, EngineKey, EngineNote, Fit, Language, MailMode, Phase, PlanCard,
    RequestId, Said, Scheme, State, Text, Told, Versions, limit::Left, time::Elapsed, view::Volume,
};

use super::{ada, logged, measured, told_in, vitals, whole};
use crate::{
    components::Whence,
    fixtures, pages,
    plain::{logs, metrics},
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

/// The pages of a store, over the parts and volumes of that engine.
fn pages_of(engine: &Engine) -> [String; 3] {
    let parts: Vec<(String, Text)> =
        engine.parts.iter().map(|part| (part.name.clone(), part.title.clone())).collect();
    let mut view = whole(Phase::Degraded);
    let volume =
        |volume: &engine::Volume| Volume { title: volume.title.clone(), gibibytes: 2, used: Some(2_040) };
    view.volumes = engine.volumes.iter().map(volume).collect();
    let part = |(_, title): &(String, Text)| [Said::Part { part: title.clone() }, Said::NotCreated];
    let told = Told::from(parts.iter().flat_map(part).collect::<Vec<_>>());
    let workloads = ConditionKind::WorkloadsReady;
    let seen = view.conditions.get(workloads).seen(State::Lost, told, fixtures::NOW);
    view.conditions.set(workloads, seen);
    let shown = Update {
        shown: Shown::Store(Box::new(view.clone())),
        vitals: Some(Ok(vitals(&parts))),
        ..fixtures::shown(Phase::Degraded)
    };
    let asked = logs::Asked::default();
    let (logged, measured) = (Ok(logged(parts.clone())), Ok(measured(parts)));
    [
        pages::page(&View::Store(view.summary.id.clone()), shown).html,
        logs::page("", &ada(), &view, "n", &asked, &logged, fixtures::NOW),
        metrics::page("", &ada(), &view, &Whence::default(), &measured, fixtures::NOW),
    ]
}

#[test]
fn what_a_store_consists_of_is_called_in_the_readers_language_on_each_of_its_pages() {
    for engine in engines() {
        let parts = engine.parts.iter().map(|part| &part.title);
        let titles: Vec<&Text> = parts.chain(engine.volumes.iter().map(|volume| &volume.title)).collect();
        let names = titles.iter().map(|title| Language::ALL.map(|language| title.told(language).0));
        let names: Vec<[&str; 2]> = names.filter(|[english, german]| english != german).collect();
        assert!(!names.is_empty());
        let [told_in_english, told_in_german] =
            Language::ALL.map(|language| told_in(language, || pages_of(&engine).concat()));
        for [english, german] in names {
            assert!(told_in_english.contains(english), "{english}");
            assert!(told_in_german.contains(german), "{german}");
            let said = super::said(&told_in_german);
            let copied = super::copied(&told_in_german);
            let in_english = said.iter().chain(&copied).find(|text| text.contains(english));
            assert_eq!(in_english, None);
        }
    }
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
