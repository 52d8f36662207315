//! Why a store was given up, with the evidence and a way on.

use leptos::{prelude::*, server_fn::ServerFn};
use store::{StoreView, view::Failure};

use crate::{
    api::RetryStore,
    changing::{part, text},
    components::CopyButton,
    me::me,
};

#[component]
pub fn FailureNotice(view: Memo<StoreView>) -> impl IntoView {
    let failure = Memo::new(move |_| view.with(|view| view.failure.clone()));
    part(move || match failure.get() {
        Some(failure) => view! { <Notice view failure/> }.into_any(),
        None => ().into_any(),
    })
}

#[component]
fn Notice(view: Memo<StoreView>, failure: Failure) -> impl IntoView {
    let details = view.with_untracked(|view| details(view, &failure));
    let changes = view.with_untracked(|view| me().changes(view.summary.owner.as_ref()));
    let evidence = failure
        .evidence
        .into_iter()
        .map(|evidence| {
            view! { <figure><figcaption>{evidence.source}</figcaption><pre tabindex="0">{evidence.text}</pre></figure> }.into_any()
        })
        .collect_view();
    view! {
        <section class="notice" aria-labelledby="failure-title">
            <h2 id="failure-title">{format!("Failed at {}", failure.step)}</h2>
            <p>{failure.sentence}</p>
            {evidence}
            <div class="actions">
                {changes.then(|| view! { <Retry view/> }.into_any())}
                <CopyButton text=Signal::stored(details) what="details" large=true/>
            </div>
        </section>
    }
}

#[component]
fn Retry(view: Memo<StoreView>) -> impl IntoView {
    let retry = ServerAction::<RetryStore>::new();
    let pending = retry.pending();
    let id = view.with_untracked(|view| view.summary.id.to_string());
    let error = Signal::derive(move || {
        retry.value().with(|value| value.as_ref()?.as_ref().err().map(ToString::to_string))
    });
    let on_submit = {
        let id = id.clone();
        move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            if !pending.get_untracked() {
                retry.dispatch(RetryStore { id: id.clone() });
            }
        }
    };
    view! {
        <form class="inline" method="post" action=RetryStore::url() on:submit=on_submit>
            <input type="hidden" name="id" value=id/>
            <button class="button" type="submit" aria-disabled=move || pending.get().then_some("true")>
                {text(move || if pending.get() { "Retrying…" } else { "Retry" })}
            </button>
            <p class="error" role="alert">{error}</p>
        </form>
    }
}

/// The failure as one would paste it into a message.
fn details(view: &StoreView, failure: &Failure) -> String {
    let summary = &view.summary;
    let mut text = format!(
        "Store {} ({}, {}) failed at {}, try {}.\n{}\n",
        summary.id, summary.engine_title, summary.plan, failure.step, view.attempt, failure.sentence
    );
    for evidence in &failure.evidence {
        text.push_str(&format!("\n{}:\n{}\n", evidence.source, evidence.text));
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
