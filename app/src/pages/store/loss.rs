//! Why a store is degraded, with the evidence and a way on: what was so and is not so any more.

use leptos::prelude::*;
use store::{
    Condition, ConditionKind, Millis, Phase, Said, State, StoreView, Told, Wish,
    view::{PodState, PodView},
};

use super::upkeep;
use crate::{
    clock::Tick,
    components::{copy_button, evidence, listing, sentences, tick},
    links,
    me::me,
    texts::{kinds, said, store as texts, upkeep as actions},
};

pub fn notice(view: &StoreView, now: Millis) -> Option<AnyView> {
    if view.summary.phase != Phase::Degraded {
        return None;
    }
    let lost: Vec<(ConditionKind, &Condition)> = lost(view).collect();
    let (first, _) = *lost.first()?;
    let told = lost.iter().map(|(kind, condition)| told(*kind, condition, now)).collect_view();
    let pods = pods(view);
    let pods = (!pods.is_empty()).then(|| listing(texts::pods_not_ready().into_any(), pods.into_any()));
    let notice = view! {
        <section class="notice warn" data-key="loss" aria-labelledby="loss-title">
            <h2 id="loss-title">{texts::lost(first)}</h2>
            {told}
            {pods}
            {advice(view, first).into_iter().map(|sentence| view! { <p>{sentence}</p> }.into_any()).collect_view()}
            <div class="actions">
                {safe_mode(view)}
                <a class="button" rel="external" href=links::logs(&view.summary.id)>{texts::logs()}</a>
                {copy_button(details(view), texts::details_word(), true)}
            </div>
        </section>
    };
    Some(notice.into_any())
}

/// Whether safe mode may help, and is offered here.
pub fn offers_safe_mode(view: &StoreView) -> bool {
    view.summary.phase == Phase::Degraded
        && view.upkeep.safe_mode == Some(false)
        && view.conditions.get(ConditionKind::NamespaceReady).state != State::Lost
}

fn lost(view: &StoreView) -> impl Iterator<Item = (ConditionKind, &Condition)> {
    view.conditions.iter().filter(|(_, condition)| condition.state == State::Lost)
}

fn told(kind: ConditionKind, condition: &Condition, now: Millis) -> AnyView {
    let (sentence, words) = parted(&condition.message);
    let sentence = match (sentence.is_empty(), &words) {
        (true, _) => texts::no_reason().into_any(),
        (false, None) => sentences(&sentence, &condition.said),
        (false, Some(_)) => sentences(&sentence, &without_line(&condition.said)),
    };
    let since = condition.changed.map(|since| {
        view! { " " <span class="muted num">{texts::since()} {tick(Tick::Brief, since, now)} "."</span> }
            .into_any()
    });
    view! {
        <p data-key=kind.key()><strong>{kinds::step(kind)}</strong>": " {sentence} {since}</p>
        {words.map(|words| evidence(texts::own_words().into_any(), words))}
    }
    .into_any()
}

/// The sentence, and the line of a log that it ends with.
fn parted(message: &str) -> (String, Option<String>) {
    let quoted = message.strip_suffix("”.").and_then(|text| text.split_once(": “"));
    match quoted {
        Some((sentence, words)) => (format!("{sentence}."), Some(words.to_owned())),
        None => (message.to_owned(), None),
    }
}

/// The same without the line of a log that it ends with.
fn without_line(told: &Told) -> Told {
    let without = |said: &Said| match said.clone() {
        Said::ShopSays { english, german, .. } => Said::ShopSays { english, german, line: String::new() },
        other => other,
    };
    told.sentences().iter().map(without).collect::<Vec<_>>().into()
}

/// A line for each pod that is not as it should be.
fn pods(view: &StoreView) -> String {
    let line = |pod: &PodView| match pod.detail.as_str() {
        "" => pod.name.clone(),
        detail => format!("{}: {}", pod.name, said::text(said::few_words(detail, &pod.said))),
    };
    view.pods.iter().filter(|pod| pod.state != PodState::Ready).map(line).collect::<Vec<_>>().join("\n")
}

/// What to do. Of a namespace that is not as it was, what is told of it says so.
fn advice(view: &StoreView, first: ConditionKind) -> Vec<&'static str> {
    let mut advice = Vec::new();
    match first {
        ConditionKind::NamespaceReady => return advice,
        ConditionKind::StorefrontReachable => advice.push(texts::asked_again()),
        _ => advice.push(texts::starts_again()),
    }
    if first == ConditionKind::WorkloadsReady && !view.upkeep.larger.is_empty() {
        advice.push(texts::more_memory());
    }
    match view.upkeep.safe_mode {
        Some(false) => advice.push(texts::try_safe_mode()),
        Some(true) => advice.push(texts::is_in_safe_mode()),
        None => {}
    }
    advice
}

fn safe_mode(view: &StoreView) -> Option<AnyView> {
    let may = offers_safe_mode(view) && me().changes(view.summary.owner.as_ref());
    may.then(|| upkeep::inline_button(view, Wish::SafeMode(true), actions::start_safe_mode()))
}

/// All of it as one would paste it into a message.
fn details(view: &StoreView) -> String {
    let summary = &view.summary;
    let plan = kinds::plan(summary.plan);
    let mut text = texts::degraded_line(summary.id.as_str(), &summary.engine_title, plan) + "\n";
    for (kind, condition) in lost(view) {
        let why = said::text(said::sentences(&condition.message, &condition.said));
        text.push_str(&format!("{}: {why}\n", kinds::step(kind)));
    }
    let pods = pods(view);
    if !pods.is_empty() {
        text.push_str(&format!("\n{}:\n{pods}\n", texts::pods_not_ready()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{NOW, view};

    fn degraded(messages: [(ConditionKind, &str); 2]) -> StoreView {
        let mut store = view(Phase::Degraded);
        for (kind, message) in messages {
            let seen = store.conditions.get(kind).seen(State::Lost, message, NOW);
            store.conditions.set(kind, seen);
        }
        store.pods.push(PodView {
            name: "web-0".into(),
            state: PodState::Failing,
            detail: "web: OOMKilled, 7 restarts".into(),
            said: Told::default(),
        });
        store
    }

    fn broken() -> StoreView {
        degraded([
            (ConditionKind::WorkloadsReady, "Web: container web restarts."),
            (ConditionKind::StorefrontReachable, "The shop answers 500: “PHP Fatal error:  <b> in: “x””."),
        ])
    }

    #[test]
    fn a_line_of_a_log_stands_beside_the_sentence_that_it_was_told_with() {
        assert_eq!(
            parted("The shop answers 500: “Fatal: “x” in y”."),
            ("The shop answers 500.".to_owned(), Some("Fatal: “x” in y".to_owned()))
        );
        for whole in ["The shop did not answer within 10 s.", "Its page is “a”.", ""] {
            assert_eq!(parted(whole), (whole.to_owned(), None));
        }
    }

    #[test]
    fn a_degraded_store_says_what_is_not_so_any_more_why_and_what_to_do() {
        let html = notice(&broken(), NOW.plus_seconds(200)).unwrap().to_html().replace("<!>", "");
        for part in [
            "Not all of the shop runs",
            "Web: container web restarts.",
            "The shop answers 500.",
            "PHP Fatal error:  &lt;b&gt; in: “x”</pre>",
            "web-0: web: OOMKilled, 7 restarts</pre>",
            "its log tells why",
            "3 min",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(!html.contains("database-0") && !html.contains("safe mode"));
    }

    #[test]
    fn safe_mode_is_named_where_the_engine_has_one_and_where_it_may_help() {
        let mut store = broken();
        let told = |store: &StoreView| notice(store, NOW).unwrap().to_html();
        store.upkeep.safe_mode = Some(false);
        assert!(told(&store).contains("safe mode runs the shop without") && offers_safe_mode(&store));
        store.upkeep.safe_mode = Some(true);
        assert!(told(&store).contains("and so is not why") && !offers_safe_mode(&store));
        store.upkeep.safe_mode = Some(false);
        let gone = store.conditions.get(ConditionKind::NamespaceReady).seen(State::Lost, "It is gone.", NOW);
        store.conditions.set(ConditionKind::NamespaceReady, gone);
        assert!(!told(&store).contains("safe mode") && !offers_safe_mode(&store));
    }

    #[test]
    fn nothing_is_said_of_a_store_that_is_not_degraded() {
        for phase in Phase::ALL.into_iter().filter(|phase| *phase != Phase::Degraded) {
            assert!(notice(&view(phase), NOW).is_none(), "{phase}");
        }
    }

    #[test]
    fn copied_details_say_which_store_is_degraded_and_why() {
        let text = details(&broken());
        for part in
            ["atelier-nord-x7k2q", "Workloads: Web", "Shop answers: The shop answers 500", "OOMKilled"]
        {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
    }
}
