//! Why a store was given up, with the evidence and a way on.

use leptos::prelude::*;
use store::{
    StoreView, Told,
    view::{Evidence, Failure},
};

use crate::{
    api::RetryStore,
    components::{SentForm, copy_button, evidence, listing, sentences},
    me::me,
    texts::{kinds, said, store as texts},
};

pub fn notice(view: &StoreView) -> Option<AnyView> {
    let failure = view.failure.as_ref()?;
    let told = |Evidence { source, text, said }: &Evidence| {
        let source = texts::source(source).into_any();
        if said.is_empty() { evidence(source, text.clone()) } else { listing(source, sentences(text, said)) }
    };
    let retry = me().changes(view.summary.owner.as_ref()).then(|| {
        let form = SentForm::new(&view.summary.id, "retry", texts::retry());
        SentForm { class: "inline", busy: texts::retrying(), ..form }.sends::<RetryStore>(().into_any())
    });
    let notice = view! {
        <section class="notice" data-key="failure" aria-labelledby="failure-title">
            <h2 id="failure-title">{texts::failed_at(kinds::step(failure.step))}</h2>
            <p>{sentences(&failure.sentence, &failure.said)}</p>
            {failure.evidence.iter().map(told).collect_view()}
            <div class="actions">
                {retry}
                {copy_button(details(view, failure), texts::details_word(), true)}
            </div>
        </section>
    };
    Some(notice.into_any())
}

/// The failure as one would paste it into a message.
fn details(view: &StoreView, failure: &Failure) -> String {
    let summary = &view.summary;
    let (id, plan, step) = (summary.id.as_str(), kinds::plan(summary.plan), kinds::step(failure.step));
    let first = texts::failed_line(id, &summary.engine_title, plan, step, view.attempt);
    let told = |english: &str, said: &Told| said::text(said::sentences(english, said));
    let mut text = format!("{first}\n{}\n", told(&failure.sentence, &failure.said));
    for Evidence { source, text: words, said } in &failure.evidence {
        text.push_str(&format!("\n{}:\n{}\n", texts::source(source), told(words, said)));
    }
    text
}

#[cfg(test)]
mod tests {
    use store::Phase;

    use super::*;
    use crate::fixtures;

    #[test]
    fn copied_details_say_which_store_failed_where_and_why() {
        let view = fixtures::view(Phase::Failed);
        let text = details(&view, view.failure.as_ref().unwrap());
        for part in ["atelier-nord-x7k2q", "Workloads", "could not be pulled", "pod web-0", "ErrImagePull"] {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
    }
}
